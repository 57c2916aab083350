import { z } from 'zod';

/** RFC 6901 JSON Pointer into a reply or record. */
export const pointerSchema = z
  .string()
  .max(256)
  .regex(/^(\/([^~/]|~[01])*)*$/)
  .meta({ id: 'JsonPointer', description: 'RFC 6901' });

/** A local scalar exactly as documented. Matching ignores only the difference between 1 and "1". */
export const localScalarSchema = z.union([z.string().max(200), z.int()]).meta({ id: 'LocalScalar' });
export type LocalScalar = z.infer<typeof localScalarSchema>;

const pathSchema = z
  .string()
  .max(256)
  .regex(/^\/[A-Za-z0-9/_.-]*$/);
const memberSchema = z.string().min(1).max(64);

/** Which reply codes mean what. A code that is not listed is an upstream error, never an answer. */
export const outcomeSchema = z
  .strictObject({
    at: pointerSchema,
    found: z.array(localScalarSchema).min(1).max(8),
    expired: z.array(localScalarSchema).max(8),
    unknown: z.array(localScalarSchema).max(8),
  })
  .meta({ id: 'Outcome' });

const envelope = { path: pathSchema, code_member: memberSchema, outcome: outcomeSchema, record_at: pointerSchema };

/** Guangdong's gateway family: four `x-tif-*` headers, the signature a SHA-256 over timestamp, token and nonce. */
export const tifConfigSchema = z.strictObject({ name: z.literal('tif'), ...envelope });

/** A JSON POST whose bytes are authenticated with HMAC-SHA-256 over timestamp, nonce and body. */
export const signedJsonConfigSchema = z.strictObject({ name: z.literal('signed-json'), ...envelope });

/** Shanghai: `appid`, `apiname` and an AES-ECB `signature` header over appid, apiname and unix seconds; form post. */
export const aesHeaderConfigSchema = z.strictObject({
  name: z.literal('aes-header'),
  api_name: memberSchema,
  ...envelope,
});

/** How a province is spoken to: one closed driver and its settings. No code, no expressions. */
export const driverConfigSchema = z
  .discriminatedUnion('name', [tifConfigSchema, signedJsonConfigSchema, aesHeaderConfigSchema])
  .meta({ id: 'DriverConfig' });
export type DriverConfig = z.infer<typeof driverConfigSchema>;
export type DriverName = DriverConfig['name'];
export type TifConfig = z.infer<typeof tifConfigSchema>;
export type SignedJsonConfig = z.infer<typeof signedJsonConfigSchema>;
export type AesHeaderConfig = z.infer<typeof aesHeaderConfigSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
