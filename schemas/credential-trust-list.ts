import { z } from 'zod';
import { listHeadSchema } from './credential-list-head.ts';
import { credentialIssuerSchema } from './credential-rules.ts';

const certificateSchema = z.base64().max(24_000).meta({ description: 'X.509 in DER, base64' });

/**
 * A trust list: whose signatures on holder-carried certificates count. It is drawn up from what is published
 * elsewhere (a GDHCN list, a directory of card issuers, certificates that an operator keeps) and signed anew by whoever answers for
 * it here, so that nodes follow one form with one pinned signer.
 */
export const credentialTrustListSchema = listHeadSchema
  .extend({
    signers: z
      .array(z.strictObject({ issuer: credentialIssuerSchema, certificate: certificateSchema }))
      .max(20_000)
      .meta({ description: 'of HCERT certificates' }),
    card_issuers: z
      .array(
        z.strictObject({
          iss: z.url({ protocol: /^https$/ }).max(1_000),
          jwks: z.looseObject({ keys: z.array(z.looseObject({})).max(1_000) }),
          revocation_lists: z.array(z.looseObject({ kid: z.string().max(128) })).max(1_000),
        }),
      )
      .max(20_000)
      .meta({ description: 'of SMART Health Cards' }),
  })
  .meta({ id: 'CredentialTrustList' });
export type CredentialTrustListDocument = z.infer<typeof credentialTrustListSchema>;
