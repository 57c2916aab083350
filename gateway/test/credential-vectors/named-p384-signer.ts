import { createHash } from 'node:crypto';
import { p384 } from '@noble/curves/nist';
import { sha256 } from '@noble/hashes/sha2';
import type { CredentialSigner } from '../../../adapters/sandbox/credentials/credential-signer.ts';

/** SubjectPublicKeyInfo of a P-384 point, up to the point itself. */
const PREFIX = Buffer.from('3076301006072a8648ce3d020106052b81040022036200', 'hex');

/** A P-384 key made of its name, which is no secret, that signs as ES256 (RFC 9053 section 2.1): SHA-256 and any curve. */
export function namedP384Signer(name: string): CredentialSigner {
  const secret = createHash('sha384').update(`huren sandbox credential key: ${name}`).digest();
  return {
    algorithm: 'ES256',
    spki: Uint8Array.from([...PREFIX, ...p384.getPublicKey(secret, false)]),
    sign: (signed) => p384.sign(sha256(signed), secret, { lowS: false }).toCompactRawBytes(),
  };
}
