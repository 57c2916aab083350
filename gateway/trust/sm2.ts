import { base64url, type JWK } from 'jose';
import { sm2 } from 'sm-crypto-v2';

/** The user identifier that GB/T 35276 signatures use unless the parties agree on another. */
const CUSTOMARY_USER_ID = '1234567812345678';
const MAX_POINTS = 64;
/** In range, so that all of the arithmetic is gone through, and by nobody. */
const NOBODYS_SIGNATURE = new Uint8Array(64).fill(1);

type Point = ReturnType<typeof sm2.precomputePublicKey>;
/** A precomputed point verifies ten times faster than a bare key. Bounded: a stranger may present many keys. */
const points = new Map<string, Point>();

/** SM2 signature with SM3 digest over the signing input; `signature` is r then s, 32 bytes each. */
export function verifySm2(signingInput: Uint8Array, signature: Uint8Array, jwk: JWK): boolean {
  if (signature.byteLength !== 64 || jwk.x === undefined || jwk.y === undefined) return false;
  const point = pointOf(`04${hexOf(jwk.x)}${hexOf(jwk.y)}`);
  return sm2.doVerifySignature(signingInput, toHex(signature), point, { hash: true, userId: CUSTOMARY_USER_ID });
}

/**
 * Does ahead what the first verification with a key has to do beside it: its table, and the curve's own with the very first
 * one. Tens of milliseconds that no question should wait for. A no-op for a key that is ready.
 */
export function prepareSm2(jwk: JWK): void {
  if (jwk.x === undefined || jwk.y === undefined || points.has(`04${hexOf(jwk.x)}${hexOf(jwk.y)}`)) return;
  verifySm2(new Uint8Array(), NOBODYS_SIGNATURE, jwk);
}

function pointOf(publicKey: string): Point {
  const known = points.get(publicKey);
  if (known !== undefined) return known;
  const point = sm2.precomputePublicKey(publicKey);
  if (points.size >= MAX_POINTS) points.delete(points.keys().next().value ?? publicKey);
  points.set(publicKey, point);
  return point;
}

function hexOf(coordinate: string): string {
  return toHex(base64url.decode(coordinate));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
