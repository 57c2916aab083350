import { z } from 'zod';

/** The most destinations that may have rules of their own: every division, and the national ones. */
const MAX_DESTINATIONS = 64;
const tokenSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
  .max(33_554_432);

/**
 * What certificates are decided with, as signed documents (compact JWS, types `credential-trust-list+jwt` and
 * `credential-rules+jwt`): one trust list, and the rules of each destination that has some.
 */
export const credentialDocumentsSchema = z
  .strictObject({ trust_list: tokenSchema, rules: z.array(tokenSchema).max(MAX_DESTINATIONS) })
  .meta({ id: 'CredentialDocuments' });
export type CredentialDocuments = z.infer<typeof credentialDocumentsSchema>;
