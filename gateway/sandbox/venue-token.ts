import { request as send } from 'undici';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { SandboxVenue, venueTokenReplySchema } from '../../schemas/sandbox.ts';
import { ProblemError } from '../problem-error.ts';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.int().min(1) });
const NONCE = 'dpop-nonce';

/**
 * A token as an invented venue gets it: by its client credentials, at its own province's simulated server, with whoever
 * asks' own proof where that server binds tokens to keys (RFC 9449). Throws ProblemError: no proof, or none that it takes.
 */
export async function venueToken(
  venue: SandboxVenue,
  proof: string | undefined,
): Promise<z.infer<typeof venueTokenReplySchema>> {
  const { client_id, client_secret, token_endpoint, scope, resource, destination, name, purposes } = venue;
  const reply = await send(token_endpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...(proof === undefined ? {} : { dpop: proof }),
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }).toString(),
  });
  const text = await reply.body.text();
  if (reply.statusCode !== 200) throw refusal(venue, proof, reply.headers[NONCE]);
  const { access_token, expires_in } = tokenSchema.parse(jsonOrUndefined(text));
  const token_type = venue.dpop_bound_access_tokens ? 'DPoP' : 'Bearer';
  return { venue: venue.venue, name, destination, purposes, client_id, access_token, token_type, expires_in };
}

function refusal(venue: SandboxVenue, proof: string | undefined, nonce: string | string[] | undefined): ProblemError {
  if (!venue.dpop_bound_access_tokens) return new ProblemError('unavailable', 'the authorization server gave no token');
  if (proof === undefined) return new ProblemError('proof_missing', `for ${venue.token_endpoint}`);
  if (typeof nonce !== 'string') return new ProblemError('proof_invalid', 'the authorization server does not take it');
  return new ProblemError('proof_nonce_required', undefined, { [NONCE]: nonce });
}
