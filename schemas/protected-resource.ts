import { z } from 'zod';
import { entityIdSchema } from './status.ts';
import { VENUE_SCOPE } from './venue-token.ts';

/** Where a resource without a path of its own shows its metadata (RFC 9728 section 3). */
export const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';

/** What proofs of possession may be signed with (RFC 9449 section 5.1). */
export const DPOP_ALGS = ['ES256', 'EdDSA'] as const;

/** What a client has to know to get a token for a gateway (RFC 9728 section 2). */
export const protectedResourceSchema = z
  .strictObject({
    resource: entityIdSchema.meta({ description: 'what tokens are to be for: their `aud`' }),
    authorization_servers: z
      .array(entityIdSchema)
      .meta({ description: 'issuer identifiers of the servers that the gateway’s province has admitted' }),
    scopes_supported: z.tuple([z.literal(VENUE_SCOPE)]),
    bearer_methods_supported: z.tuple([z.literal('header')]),
    resource_name: z.string(),
    resource_documentation: z.url(),
    dpop_signing_alg_values_supported: z.tuple([z.literal('ES256'), z.literal('EdDSA')]),
    dpop_bound_access_tokens_required: z
      .literal(false)
      .meta({ description: 'a venue’s registration at its authorization server may require it all the same' }),
  })
  .meta({ id: 'ProtectedResource' });
export type ProtectedResourceMetadata = z.infer<typeof protectedResourceSchema>;
