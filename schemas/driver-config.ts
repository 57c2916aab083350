import { z } from 'zod';
import { credentialFamilySchema } from './credential-family.ts';
import { exchange, memberSchema, pathSchema, pointerSchema } from './driver-exchange.ts';
import { SCHEMA_RULES } from './texts/schema-faults.ts';

/** Guangdong's gateway family: four `x-tif-*` headers, the signature a SHA-256 over timestamp, token and nonce. */
export const tifConfigSchema = z.strictObject({ name: z.literal('tif'), ...exchange });

/** A JSON POST whose bytes are authenticated with HMAC-SHA-256 over timestamp, nonce and body. */
export const signedJsonConfigSchema = z.strictObject({ name: z.literal('signed-json'), ...exchange });

/** Shanghai: `appid`, `apiname` and an AES-ECB `signature` header over appid, apiname and unix seconds; form post. */
export const aesHeaderConfigSchema = z.strictObject({
  name: z.literal('aes-header'),
  api_name: memberSchema,
  ...exchange,
});

/**
 * Zhejiang's IRS platform: a request secret of about a quarter of an hour, got with the application secret (`key_path`)
 * or with the refresh secret (`refresh_path`), and renewed `refresh_ahead_s` before it ends. The platform's `datas` is a
 * JSON string (`json_strings`).
 */
export const irsTokenConfigSchema = z.strictObject({
  name: z.literal('irs-token'),
  ...exchange,
  key_path: pathSchema,
  refresh_path: pathSchema,
  refresh_ahead_s: z.int().min(1).max(3600),
});

/** A form post with a fixed caller token (Jiangsu's shape). */
export const formConfigSchema = z.strictObject({
  name: z.literal('form'),
  ...exchange,
  token_member: memberSchema,
});

/** What the wire itself writes: a manifest that set one could send another request than the one that was checked. */
const OUR_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const secretNameSchema = z
  .string()
  .max(32)
  .regex(/^[a-z][a-z0-9_]*$/);
const headerNameSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/)
  .refine((name) => !OUR_HEADERS.has(name), SCHEMA_RULES.header_ours.en);

/** Where a secret goes; `secret` is its name in the operator's access file, and its value goes there as it is. */
const credentialSchema = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('header'), name: headerNameSchema, secret: secretNameSchema }),
  z.strictObject({ in: z.literal('query'), name: memberSchema, secret: secretNameSchema }),
  z.strictObject({ in: z.literal('body'), at: pointerSchema.min(2), secret: secretNameSchema }),
]);

/** A JSON POST with secrets that stay the same, and no signature (Hebei's shape). */
export const plainJsonConfigSchema = z.strictObject({
  name: z.literal('plain-json'),
  ...exchange,
  credentials: z.array(credentialSchema).min(1).max(4),
});

/** The national reader family: device number, authorisation code and two signatures; closed return codes. */
export const deviceReaderConfigSchema = z.strictObject({ name: z.literal('device-reader'), ...exchange });

/** An API behind OAuth 2.0: client credentials with a private-key JWT (RFC 7523), then bearer tokens (RFC 6750). */
export const oauth2ConfigSchema = z.strictObject({
  name: z.literal('oauth2'),
  ...exchange,
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
  ...exchange,
  code_member: xmlNameSchema,
  within: z
    .string()
    .max(256)
    .regex(/^(\/[A-Za-z_][A-Za-z0-9_.-]*)+$/)
    .exactOptional(),
  fields: z
    .array(z.strictObject({ name: xmlNameSchema, value: z.string().max(200) }))
    .max(8)
    .exactOptional(),
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
  ...exchange,
  issuer: z.string().min(3).max(256),
});

/** The national platform's binary code: base64 of octets that start with `JKM`. */
export const jkmConfigSchema = z.strictObject({ name: z.literal('jkm'), ...exchange });

/**
 * Nobody is asked about the code: it is a certificate that carries its own record, signed by its issuer. What is asked for,
 * every `refresh_s`, is the signed trust list and destinations' rules; in the place of a code the question has the word
 * `lists`.
 */
export const certificateConfigSchema = z.strictObject({
  name: z.literal('certificate'),
  ...exchange,
  families: z.array(credentialFamilySchema).min(1).max(2),
  refresh_s: z.int().min(10).max(86_400),
});

/** How a province is spoken to: one closed driver and its settings. No code, no expressions. */
export const driverConfigSchema = z
  .discriminatedUnion('name', [
    tifConfigSchema,
    signedJsonConfigSchema,
    aesHeaderConfigSchema,
    irsTokenConfigSchema,
    formConfigSchema,
    plainJsonConfigSchema,
    deviceReaderConfigSchema,
    oauth2ConfigSchema,
    soapConfigSchema,
    signedTokenConfigSchema,
    jkmConfigSchema,
    certificateConfigSchema,
  ])
  .meta({ id: 'DriverConfig' });
export type DriverConfig = z.infer<typeof driverConfigSchema>;
export type DriverName = DriverConfig['name'];

/** Whether what a system's driver says depends on who asks: certificates are held against the rules of a destination. */
export function answersByDestination({ name }: DriverConfig): boolean {
  return name === 'certificate';
}
export type TifConfig = z.infer<typeof tifConfigSchema>;
export type SignedJsonConfig = z.infer<typeof signedJsonConfigSchema>;
export type AesHeaderConfig = z.infer<typeof aesHeaderConfigSchema>;
export type IrsTokenConfig = z.infer<typeof irsTokenConfigSchema>;
export type FormConfig = z.infer<typeof formConfigSchema>;
export type PlainJsonConfig = z.infer<typeof plainJsonConfigSchema>;
export type DeviceReaderConfig = z.infer<typeof deviceReaderConfigSchema>;
export type OAuth2Config = z.infer<typeof oauth2ConfigSchema>;
export type SoapConfig = z.infer<typeof soapConfigSchema>;
export type SignedTokenConfig = z.infer<typeof signedTokenConfigSchema>;
export type JkmConfig = z.infer<typeof jkmConfigSchema>;
export type CertificateConfig = z.infer<typeof certificateConfigSchema>;
