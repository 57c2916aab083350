import { createPublicKey, type KeyObject, verify as verifyBytes } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { z } from 'zod';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { keyOctetsSchema } from '../../../schemas/key-octets.ts';
import { UpstreamError } from '../../upstream-error.ts';

/** Verifies codes that are compact JWSs under a province's keys. */
export interface TokenKeys {
  /** The claims of a code whose signature holds; null for every other text. Never throws. */
  readonly verify: (code: string) => unknown;
}

const TOKEN_TYP = 'health-code+jwt';
/** The customary user ID of GM/T 0009-2012, for keys without one of their own. */
const SM2_USER_ID = '1234567812345678';
const SIGNATURE_OCTETS = 64;

const keySchema = z.discriminatedUnion('alg', [
  z.strictObject({ kid: z.string().min(1), alg: z.literal('ES256'), x: keyOctetsSchema, y: keyOctetsSchema }),
  z.strictObject({ kid: z.string().min(1), alg: z.literal('SM2'), public_key: z.string().regex(/^04[0-9a-f]{128}$/) }),
]);
const keysSchema = z.array(keySchema).min(1).max(16);

/** `crit` and `b64` would change what the signature means: a header with members beyond these is refused (RFC 8725). */
const headerSchema = z.strictObject({ alg: z.string(), kid: z.string(), typ: z.literal(TOKEN_TYP) });

interface TokenKey {
  readonly alg: string;
  readonly holds: (signed: Buffer, signature: Buffer) => boolean;
}

/** Imports the keys of secret `code_keys`. Throws UpstreamError `credentials` when they cannot be read. */
export function openTokenKeys(text: string): TokenKeys {
  const keys = new Map(parseKeys(text).map((key) => [key.kid, importKey(key)]));
  return {
    verify: (code) => {
      const [header = '', payload = '', signature = '', ...more] = code.split('.');
      const parsed = headerSchema.safeParse(decodeJson(header));
      const octets = decodeCanonical(signature);
      if (!parsed.success || more.length > 0 || octets?.length !== SIGNATURE_OCTETS) return null;
      const key = keys.get(parsed.data.kid);
      // The key decides the algorithm; a header that disagrees is an attempt to choose it.
      if (key === undefined || key.alg !== parsed.data.alg) return null;
      return key.holds(Buffer.from(`${header}.${payload}`, 'latin1'), octets) ? decodeJson(payload) : null;
    },
  };
}

function parseKeys(text: string): z.infer<typeof keysSchema> {
  const parsed = keysSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new UpstreamError('credentials', 'the secret code_keys is not a list of public keys');
}

function importKey(key: z.infer<typeof keySchema>): TokenKey {
  try {
    switch (key.alg) {
      case 'ES256':
        return openEs256(createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: key.x, y: key.y }, format: 'jwk' }));
      case 'SM2':
        return openSm2(key.public_key);
    }
  } catch {
    throw new UpstreamError('credentials', 'the secret code_keys has a key that is no point of its curve');
  }
}

function openEs256(key: KeyObject): TokenKey {
  return {
    alg: 'ES256',
    holds: (signed, signature) => verifyBytes('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}

function openSm2(publicKey: string): TokenKey {
  // Ten times faster than the bare key.
  const point = sm2.precomputePublicKey(publicKey);
  return {
    alg: 'SM2',
    holds: (signed, signature) => {
      try {
        return sm2.doVerifySignature(signed, signature.toString('hex'), point, { hash: true, userId: SM2_USER_ID });
      } catch {
        // r or s out of range: the library throws where the standard says "does not verify".
        return false;
      }
    },
  };
}

function decodeJson(part: string): unknown {
  return jsonOrUndefined(decodeCanonical(part)?.toString('utf8') ?? '') ?? null;
}

/** One signature has one spelling (RFC 7515 section 2): stray bits would let a code slip past a cache. */
function decodeCanonical(part: string): Buffer | null {
  const octets = Buffer.from(part, 'base64url');
  return octets.toString('base64url') === part ? octets : null;
}
