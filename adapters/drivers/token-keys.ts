import { createPublicKey, type KeyObject, verify as verifyBytes } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { keyOctetsSchema } from '../../schemas/key-octets.ts';
import { UpstreamError } from '../upstream-error.ts';

/** Verifies compact JWSs under keys that an operator provides. */
export interface TokenKeys {
  /** The claims of a token of that type whose signature holds; null for every other text. Never throws. */
  readonly verify: (token: string, typ: string) => unknown;
}

/** The customary user ID of GM/T 0009-2012, for keys without one of their own. */
const SM2_USER_ID = '1234567812345678';
const SIGNATURE_OCTETS = 64;
/** In range, and by nobody. */
const NOBODYS_SIGNATURE = '01'.repeat(SIGNATURE_OCTETS);

const keySchema = z.discriminatedUnion('alg', [
  z.strictObject({ kid: z.string().min(1), alg: z.literal('ES256'), x: keyOctetsSchema, y: keyOctetsSchema }),
  z.strictObject({ kid: z.string().min(1), alg: z.literal('SM2'), public_key: z.string().regex(/^04[0-9a-f]{128}$/) }),
]);
const keysSchema = z.array(keySchema).min(1).max(16);

/** `crit` and `b64` would change what the signature means: a header with members beyond these is refused (RFC 8725). */
const headerSchema = z.strictObject({ alg: z.string(), kid: z.string(), typ: z.string() });

interface TokenKey {
  readonly alg: string;
  readonly holds: (signed: Buffer, signature: Buffer) => boolean;
}

/** Imports the keys of the secret of that name. Throws UpstreamError `credentials` when they cannot be read. */
export function openTokenKeys(text: string, secret: string): TokenKeys {
  const keys = new Map(parseKeys(text, secret).map((key) => [key.kid, importKey(key, secret)]));
  return {
    verify: (token, typ) => {
      const [header = '', payload = '', signature = '', ...more] = token.split('.');
      const parsed = headerSchema.safeParse(decodeJson(header));
      const octets = decodeCanonical(signature);
      if (!parsed.success || parsed.data.typ !== typ) return null;
      if (more.length > 0 || octets?.length !== SIGNATURE_OCTETS) return null;
      const key = keys.get(parsed.data.kid);
      // The key decides the algorithm; a header that disagrees is an attempt to choose it.
      if (key === undefined || key.alg !== parsed.data.alg) return null;
      return key.holds(Buffer.from(`${header}.${payload}`, 'latin1'), octets) ? decodeJson(payload) : null;
    },
  };
}

function parseKeys(text: string, secret: string): z.infer<typeof keysSchema> {
  const parsed = keysSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new UpstreamError('credentials', `the secret ${secret} is not a list of public keys`);
}

function importKey(key: z.infer<typeof keySchema>, secret: string): TokenKey {
  try {
    switch (key.alg) {
      case 'ES256':
        return openEs256(createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: key.x, y: key.y }, format: 'jwk' }));
      case 'SM2':
        return openSm2(key.public_key);
    }
  } catch {
    throw new UpstreamError('credentials', `the secret ${secret} has a key that is no point of its curve`);
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
  // The very first verification of a process makes the curve's own table: no code should wait for it.
  sm2.doVerifySignature(Buffer.alloc(0), NOBODYS_SIGNATURE, point, { hash: true, userId: SM2_USER_ID });
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
