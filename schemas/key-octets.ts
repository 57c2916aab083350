import { z } from 'zod';

/**
 * The 32 octets of a coordinate or of a private number in base64url, in the one spelling that encoders write. The last
 * letter has two bits to spare: with them free, one key has four spellings and passes for four keys of four entities.
 */
export const keyOctetsSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in canonical base64url');
