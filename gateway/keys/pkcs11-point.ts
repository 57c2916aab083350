import type { SignerAlg } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import type { StoredJwk } from './ring-file.ts';

const DER_OCTET_STRING = 0x04;
const UNCOMPRESSED = 0x04;
/** Of a point as it is: on P-256 a mark and two coordinates, on edwards25519 one (PKCS#11 3.0 section 2.3). */
const POINT_BYTES: Readonly<Record<SignerAlg, number>> = { ES256: 65, EdDSA: 32 };

/**
 * The public key in a token's CKA_EC_POINT: a DER octet string, whose two bytes of heading some tokens leave out. Its length
 * tells which: a coordinate can begin with any byte. Throws KeyError `token_unavailable`.
 */
export function publicHalfIn(alg: SignerAlg, value: Buffer): StoredJwk {
  const length = POINT_BYTES[alg];
  const isHeaded = value.length === length + 2 && value[0] === DER_OCTET_STRING && value[1] === length;
  const point = isHeaded ? value.subarray(2) : value;
  if (point.length === length) {
    if (alg === 'EdDSA') return { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') };
    if (point[0] === UNCOMPRESSED) {
      const [x, y] = [point.subarray(1, 33), point.subarray(33)];
      return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
    }
  }
  throw new KeyError('token_unavailable', 'HUREN_KEYS: the token describes its key in an unknown form');
}
