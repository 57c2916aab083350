import { request as send } from 'undici';
import { z } from 'zod';
import type { SandboxVenue, venueTokenReplySchema } from '../../schemas/sandbox.ts';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.int().min(1) });

/** A token as an invented venue gets it: by its client credentials, at its own province's simulated server. */
export async function venueToken(venue: SandboxVenue): Promise<z.infer<typeof venueTokenReplySchema>> {
  const { client_id, client_secret, token_endpoint, scope, resource, destination, name, purposes } = venue;
  const reply = await send(token_endpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }).toString(),
  });
  const { access_token, expires_in } = tokenSchema.parse(await reply.body.json());
  return { venue: venue.venue, name, destination, purposes, client_id, access_token, expires_in };
}
