import { z } from 'zod';

/**
 * What exactly is wrong with an access token or a proof of possession: closed, for whoever runs the client or its
 * authorization server. What to do next does not depend on it.
 */
export const ACCESS_REASONS = [
  // The token, as text and as a signed thing.
  'scheme_unknown',
  'malformed',
  'too_large',
  'algorithm_refused',
  'type_wrong',
  'key_in_header',
  'key_unknown',
  'key_withdrawn',
  'signature_invalid',
  // What it says.
  'claims_invalid',
  'expired',
  'not_yet_valid',
  'lives_too_long',
  'audience_wrong',
  'issuer_wrong',
  'issuer_unknown',
  'scope_missing',
  'venue_kind_refused',
  'region_refused',
  'not_bound',
  'inactive',
  // The proof (RFC 9449 section 4.3).
  'key_not_public',
  'key_wrong',
  'method_wrong',
  'url_wrong',
  'token_wrong',
] as const;

export type AccessReason = (typeof ACCESS_REASONS)[number];

export const accessReasonSchema = z.literal(ACCESS_REASONS).meta({
  id: 'AccessReason',
  description: 'with `token_invalid` and `proof_invalid`: what exactly is wrong',
});
