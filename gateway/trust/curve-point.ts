import { weierstrassN } from '@noble/curves/abstract/weierstrass.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { base64url } from 'jose';

/** The curve of SM2 signatures (GB/T 32918.5-2017; RFC 8998 section 3.2.1 repeats its parameters). */
const SM2 = weierstrassN({
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
});
const UNCOMPRESSED = 0x04;

interface PublicPoint {
  readonly crv: 'P-256' | 'SM2' | 'Ed25519';
  readonly x: string;
  readonly y?: string;
}

/**
 * Whether a public key is a point that its curve has, and on Ed25519 none of the few of small order, under which one
 * signature verifies for many messages. A registry that took anything else would announce a key nobody can verify with.
 */
export function isPointOnCurve({ crv, x, y = '' }: PublicPoint): boolean {
  try {
    switch (crv) {
      case 'P-256':
        p256.Point.fromBytes(uncompressed(x, y)).assertValidity();
        return true;
      case 'SM2':
        SM2.fromBytes(uncompressed(x, y)).assertValidity();
        return true;
      case 'Ed25519':
        return !ed25519.Point.fromBytes(base64url.decode(x)).isSmallOrder();
    }
  } catch {
    return false;
  }
}

function uncompressed(x: string, y: string): Uint8Array {
  return Uint8Array.of(UNCOMPRESSED, ...base64url.decode(x), ...base64url.decode(y));
}
