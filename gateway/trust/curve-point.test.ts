import { generateKeyPairSync } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { sm2 } from 'sm-crypto-v2';
import { describe, expect, test } from 'vitest';
import { isPointOnCurve } from './curve-point.ts';

const base64urlOf = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');

function freshP256() {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  return { crv: 'P-256', x, y } as const;
}

function freshSm2() {
  const { publicKey } = sm2.generateKeyPairHex();
  return { crv: 'SM2', x: base64urlOf(publicKey.slice(2, 66)), y: base64urlOf(publicKey.slice(66)) } as const;
}

function freshEd25519() {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return { crv: 'Ed25519', x } as const;
}

describe('a public key', () => {
  test('of any curve that was really made is refused', () => {
    for (const fresh of [freshP256, freshSm2, freshEd25519]) {
      for (let n = 0; n < 10; n += 1) expect(isPointOnCurve(fresh())).toBe(true);
    }
  });

  test('that is beside its curve is taken', () => {
    const coordinate = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => base64urlOf(hex(bytes)));
    fc.assert(
      fc.property(coordinate, (y) => {
        expect(isPointOnCurve({ ...freshP256(), y })).toBe(false);
        expect(isPointOnCurve({ ...freshSm2(), y })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('of one curve passes for one of another', () => {
    expect(isPointOnCurve({ ...freshP256(), crv: 'SM2' })).toBe(false);
    expect(isPointOnCurve({ ...freshSm2(), crv: 'P-256' })).toBe(false);
  });

  test.each([
    ['zero', '00'.repeat(32)],
    ['one, the neutral element', `01${'00'.repeat(31)}`],
    ['of order eight', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['no square', `02${'00'.repeat(31)}`],
  ])('of Ed25519 that is %s is taken, so that one signature serves many messages', (_what, hexText) => {
    expect(isPointOnCurve({ crv: 'Ed25519', x: base64urlOf(hexText) })).toBe(false);
  });

  test('with a coordinate beyond its field is taken for another key than the one within it', () => {
    const octets = (number: bigint) => number.toString(16).padStart(64, '0');
    // The only points whose second spelling fits into 32 octets have a first coordinate as small as this one's.
    const { x, y } = p256.Point.fromHex(`02${octets(5n)}`).toAffine();
    const p256At = (at: bigint) =>
      isPointOnCurve({ crv: 'P-256', x: base64urlOf(octets(at)), y: base64urlOf(octets(y)) });
    expect([p256At(x), p256At(x + p256.Point.CURVE().p)]).toEqual([true, false]);
    const ed25519At = (at: bigint) => {
      const littleEndian = Buffer.from(octets(at), 'hex').reverse().toString('base64url');
      return isPointOnCurve({ crv: 'Ed25519', x: littleEndian });
    };
    expect([ed25519At(3n), ed25519At(3n + ed25519.Point.CURVE().p)]).toEqual([true, false]);
  });

  test('without its second coordinate is taken', () => {
    const { crv, x } = freshP256();
    expect(isPointOnCurve({ crv, x })).toBe(false);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
