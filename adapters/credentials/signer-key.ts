import { nodeCrypto } from '../../gateway/node-crypto.ts';
import { DER, derInside, objectIdOf } from './der.ts';

export type CredentialAlgorithm = 'ES256' | 'PS256';

/** A public key that certificates may be signed with. */
export interface SignerKey {
  readonly algorithm: CredentialAlgorithm;
  /** True where this key made the signature. A promise in a browser alone. Never throws or rejects. */
  readonly verify: (signed: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>;
}

const EC_KEY = '1.2.840.10045.2.1';
/**
 * Curves by their object identifiers, as Web Crypto calls them. COSE binds ES256 to SHA-256 and to no curve (RFC 9053
 * section 2.1), and issuers have signed with P-384 under that name.
 */
const CURVES: ReadonlyMap<string, 'P-256' | 'P-384'> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
]);
const RSA_KEY = '1.2.840.113549.1.1.1';
/** NIST SP 800-57: 112 bits of strength. */
const MIN_RSA_OCTETS = 256;
/** HCERT specification: the salt is as long as the digest. */
const PSS_SALT_OCTETS = 32;
/** SubjectPublicKeyInfo of a P-256 point, up to the point itself. */
const P256_PREFIX = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00],
);

/** A key from its SubjectPublicKeyInfo: P-256 and P-384 sign ES256, RSA of 2,048 bits and more PS256. Null for all others. */
export function importSignerKey(spki: Uint8Array<ArrayBuffer>): SignerKey | null {
  const [algorithm, key] = derInside(spki, DER.sequence) ?? [];
  const [id, parameters] = algorithm === undefined ? [] : (derInside(algorithm.whole, DER.sequence) ?? []);
  const name = objectIdOf(id);
  if (key === undefined || name === null) return null;
  if (name === EC_KEY) {
    const namedCurve = CURVES.get(objectIdOf(parameters) ?? '');
    return namedCurve === undefined ? null : importKey('ES256', spki, { name: 'ECDSA', namedCurve });
  }
  const isLongEnough = name === RSA_KEY && key.content.length > MIN_RSA_OCTETS;
  return isLongEnough ? importKey('PS256', spki, { name: 'RSA-PSS', hash: 'SHA-256' }) : null;
}

/** The SubjectPublicKeyInfo of a P-256 point, from coordinates of 32 octets each. */
export function spkiOfPoint(x: Uint8Array, y: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...P256_PREFIX, 0x04, ...x, ...y);
}

/** Keys are imported when they are first needed: a directory of issuers has thousands that nobody asks for. */
function importKey(
  algorithm: CredentialAlgorithm,
  spki: Uint8Array<ArrayBuffer>,
  kind: EcKeyImportParams | RsaHashedImportParams,
): SignerKey {
  // Both take ES256 signatures as r || s alone (RFC 9053 section 2.1): in DER it is none.
  const verify =
    nodeCrypto === undefined ? checkByWebCrypto(algorithm, spki, kind) : checkByNode(nodeCrypto, algorithm, spki);
  return { algorithm, verify };
}

function checkByNode(
  crypto: NonNullable<typeof nodeCrypto>,
  algorithm: CredentialAlgorithm,
  spki: Uint8Array<ArrayBuffer>,
): SignerKey['verify'] {
  const imported = once(() => crypto.createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  const { RSA_PKCS1_PSS_PADDING: padding } = crypto.constants;
  return (signed, signature) => {
    try {
      const key = imported();
      const how =
        algorithm === 'ES256'
          ? { key, dsaEncoding: 'ieee-p1363' as const }
          : { key, padding, saltLength: PSS_SALT_OCTETS };
      return crypto.verify('sha256', signed, how, signature);
    } catch {
      // No point of its curve, or no key: nothing was ever signed with it.
      return false;
    }
  };
}

function checkByWebCrypto(
  algorithm: CredentialAlgorithm,
  spki: Uint8Array<ArrayBuffer>,
  kind: EcKeyImportParams | RsaHashedImportParams,
): SignerKey['verify'] {
  const how =
    algorithm === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'RSA-PSS', saltLength: PSS_SALT_OCTETS };
  const imported = once(() => globalThis.crypto.subtle.importKey('spki', spki, kind, false, ['verify']));
  return async (signed, signature) => {
    try {
      return await globalThis.crypto.subtle.verify(how, await imported(), signature, signed);
    } catch {
      return false;
    }
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
