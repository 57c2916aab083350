import { z } from 'zod';

/** The errors that an endpoint of OpenID Federation 1.0 answers with (section 8.9). */
export const federationErrorSchema = z
  .literal([
    'invalid_request',
    'invalid_client',
    'invalid_issuer',
    'invalid_subject',
    'invalid_trust_anchor',
    'invalid_trust_chain',
    'invalid_metadata',
    'not_found',
    'server_error',
    'temporarily_unavailable',
    'unsupported_parameter',
  ])
  .meta({ id: 'FederationError' });
export type FederationError = z.infer<typeof federationErrorSchema>;
