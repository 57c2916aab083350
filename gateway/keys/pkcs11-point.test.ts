import { expect, test } from 'vitest';
import { KeyError } from './key-error.ts';
import { publicHalfIn } from './pkcs11-point.ts';

const octets = (first: number) => Buffer.concat([Buffer.of(first), Buffer.alloc(31, 7)]);
const headed = (point: Buffer) => Buffer.concat([Buffer.of(0x04, point.length), point]);

// 63 and 30 are what a heading says of a point that is two bytes shorter.
test.each([0, 4, 30, 63, 255])('a point is read for another one where its first coordinate begins with %i', (first) => {
  const [x, y] = [octets(first), octets(9)];
  const onP256 = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
  const point = Buffer.concat([Buffer.of(0x04), x, y]);
  expect([publicHalfIn('ES256', point), publicHalfIn('ES256', headed(point))]).toEqual([onP256, onP256]);
  const onEd25519 = { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
  expect([publicHalfIn('EdDSA', x), publicHalfIn('EdDSA', headed(x))]).toEqual([onEd25519, onEd25519]);
});

test.each([
  ['a compressed one', Buffer.concat([Buffer.of(0x02), octets(1)])],
  ['one of another length', Buffer.alloc(64, 4)],
  ['none', Buffer.alloc(0)],
])('a point that nobody can read is a key: %s', (_what, point) => {
  expect(() => publicHalfIn('ES256', point)).toThrow(KeyError);
});
