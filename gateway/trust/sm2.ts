import { base64url, type JWK } from 'jose';
import { sm2 } from 'sm-crypto-v2';

/** The user identifier that GB/T 35276 signatures use unless the parties agree on another. */
const CUSTOMARY_USER_ID = '1234567812345678';

/** SM2 signature with SM3 digest over the signing input; `signature` is r then s, 32 bytes each. */
export function verifySm2(signingInput: Uint8Array, signature: Uint8Array, jwk: JWK): boolean {
  if (signature.byteLength !== 64 || jwk.x === undefined || jwk.y === undefined) return false;
  const publicKey = `04${hexOf(jwk.x)}${hexOf(jwk.y)}`;
  return sm2.doVerifySignature(signingInput, toHex(signature), publicKey, {
    hash: true,
    userId: CUSTOMARY_USER_ID,
  });
}

function hexOf(coordinate: string): string {
  return toHex(base64url.decode(coordinate));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
