import { z } from 'zod';

/** HCERT: `HC1:` codes (EU DCC, WHO DDCC and ICVP). SHC: SMART Health Cards, `shc:/` codes. */
export const credentialFamilySchema = z.enum(['hcert', 'shc']).meta({ id: 'CredentialFamily' });
export type CredentialFamily = z.infer<typeof credentialFamilySchema>;
