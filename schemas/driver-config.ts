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
    refused: z
      .array(localScalarSchema)
      .max(8)
      .optional()
      .meta({ description: 'the system refuses us as a caller: our credentials are wrong, whatever the code' }),
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

/**
 * Zhejiang's IRS platform: a request secret of about a quarter of an hour, got with the application secret (`key_path`)
 * or with the refresh secret (`refresh_path`), and renewed `refresh_ahead_s` before it ends. The reply's `datas` member
 * is a JSON string; pointers reach into it as if it were JSON.
 */
export const irsTokenConfigSchema = z.strictObject({
  name: z.literal('irs-token'),
  ...envelope,
  key_path: pathSchema,
  refresh_path: pathSchema,
  refresh_ahead_s: z.int().min(1).max(3600),
});

/** A form post with a fixed caller token and constant members (Jiangsu's shape). Constants name no venue and no person. */
export const formConfigSchema = z.strictObject({
  name: z.literal('form'),
  ...envelope,
  token_member: memberSchema,
  fields: z.array(z.strictObject({ name: memberSchema, value: z.string().max(200) })).max(8),
});

/** The national reader family: device number, authorisation code and two signatures; closed return codes. */
export const deviceReaderConfigSchema = z.strictObject({ name: z.literal('device-reader'), ...envelope });

/** An API behind OAuth 2.0: client credentials with a private-key JWT (RFC 7523), then bearer tokens (RFC 6750). */
export const oauth2ConfigSchema = z.strictObject({
  name: z.literal('oauth2'),
  ...envelope,
  token_path: pathSchema,
  scope: z
    .string()
    .max(200)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/)
    .optional(),
});

const xmlNameSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/);

/** SOAP 1.1 with a WS-Security user name. Pointers reach into the reply by local names: `/Envelope/Body/...`. */
export const soapConfigSchema = z.strictObject({
  name: z.literal('soap'),
  ...envelope,
  code_member: xmlNameSchema,
  namespace: z.url().max(200),
  operation: xmlNameSchema,
  soap_action: z
    .string()
    .max(200)
    .regex(/^[\x21\x23-\x7e]*$/),
});

/** The code is itself a signed token: verified first, then the system is asked about its subject. */
export const signedTokenConfigSchema = z.strictObject({
  name: z.literal('signed-token'),
  ...envelope,
  issuer: z.string().min(3).max(256),
});

/** The national platform's binary code: base64 of octets that start with `JKM`. */
export const jkmConfigSchema = z.strictObject({ name: z.literal('jkm'), ...envelope });

/** How a province is spoken to: one closed driver and its settings. No code, no expressions. */
export const driverConfigSchema = z
  .discriminatedUnion('name', [
    tifConfigSchema,
    signedJsonConfigSchema,
    aesHeaderConfigSchema,
    irsTokenConfigSchema,
    formConfigSchema,
    deviceReaderConfigSchema,
    oauth2ConfigSchema,
    soapConfigSchema,
    signedTokenConfigSchema,
    jkmConfigSchema,
  ])
  .meta({ id: 'DriverConfig' });
export type DriverConfig = z.infer<typeof driverConfigSchema>;
export type DriverName = DriverConfig['name'];
export type TifConfig = z.infer<typeof tifConfigSchema>;
export type SignedJsonConfig = z.infer<typeof signedJsonConfigSchema>;
export type AesHeaderConfig = z.infer<typeof aesHeaderConfigSchema>;
export type IrsTokenConfig = z.infer<typeof irsTokenConfigSchema>;
export type FormConfig = z.infer<typeof formConfigSchema>;
export type DeviceReaderConfig = z.infer<typeof deviceReaderConfigSchema>;
export type OAuth2Config = z.infer<typeof oauth2ConfigSchema>;
export type SoapConfig = z.infer<typeof soapConfigSchema>;
export type SignedTokenConfig = z.infer<typeof signedTokenConfigSchema>;
export type JkmConfig = z.infer<typeof jkmConfigSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
