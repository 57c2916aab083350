import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { p256 } from '@noble/curves/nist';
import { spkiOfPoint } from '../../credentials/signer-key.ts';

/** A simulated issuer's key. */
export interface CredentialSigner {
  readonly algorithm: 'ES256' | 'PS256';
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly sign: (signed: Uint8Array) => Uint8Array;
}

/** A P-256 key made of its name, which is no secret: its signatures always come out the same (RFC 6979). */
export function namedEs256Signer(name: string): CredentialSigner {
  const secret = createHash('sha256').update(`huren sandbox credential key: ${name}`).digest();
  return es256Signer(secret);
}

/** A new P-256 key. */
export function newEs256Signer(): CredentialSigner {
  return es256Signer(p256.utils.randomPrivateKey());
}

/** A new RSA key of 2,048 bits. */
export function newPs256Signer(): CredentialSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const how = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return {
    algorithm: 'PS256',
    spki: Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })),
    sign: (signed) => sign('sha256', signed, how),
  };
}

function es256Signer(secret: Uint8Array): CredentialSigner {
  const point = p256.getPublicKey(secret, false);
  return {
    algorithm: 'ES256',
    spki: spkiOfPoint(point.subarray(1, 33), point.subarray(33)),
    sign: (signed) => p256.sign(signed, secret, { prehash: true, lowS: false }).toCompactRawBytes(),
  };
}
