import { describe, expect, test } from 'vitest';
import { encodeCbor } from '../sandbox/credentials/issue-hcert.ts';
import { readSignedMessage, type SignedMessage } from './cose.ts';

const [ALGORITHM, KEY_ID] = [1, 4];
const PAYLOAD = encodeCbor(new Map([[6, 1_790_000_000]]));

/** One of so many keys of one length. */
function keyIdOf(number: number): Uint8Array {
  return Uint8Array.of(0xa5, 1, 2, 3, 4, number >> 16, number >> 8, number);
}

function message(header: Uint8Array, payload = PAYLOAD, signature = 0): Uint8Array {
  return encodeCbor([header, new Map(), payload, new Uint8Array(256).fill(signature)]);
}

/** Where every message stands when it is read, as what is inflated does. */
const ROOM = new Uint8Array(4_096);

function read(octets: Uint8Array): SignedMessage {
  ROOM.set(octets);
  return readSignedMessage(ROOM.subarray(0, octets.length));
}

function headerOf(keyId: Uint8Array, algorithm = -37): Uint8Array {
  return encodeCbor(
    new Map<number, unknown>([
      [ALGORITHM, algorithm],
      [KEY_ID, keyId],
    ]),
  );
}

describe('a signed message', () => {
  test('is read by the header of another one that was remembered', () => {
    const numbers = Array.from({ length: 2_000 }, (_, number) => number);
    const names = [...numbers, ...numbers].map((number) => read(message(headerOf(keyIdOf(number)))).keyId);
    const named = numbers.map((number) => Buffer.from(keyIdOf(number)).toString('hex'));
    expect(names).toEqual([...named, ...named]);
  });

  test('with the same header is of another algorithm, or of one that its header does not say', () => {
    for (const algorithm of [-37, -7, -37]) {
      const expected = algorithm === -7 ? 'ES256' : 'PS256';
      expect(read(message(headerOf(keyIdOf(1), algorithm))).algorithm).toBe(expected);
    }
  });

  test('has other octets signed than its own, or other ones once the next is read', () => {
    const header = headerOf(keyIdOf(7));
    const first = read(message(header, PAYLOAD, 1));
    const signed = encodeCbor(['Signature1', header, new Uint8Array(), PAYLOAD]);
    read(message(headerOf(keyIdOf(8)), encodeCbor(new Map([[6, 1]])), 2));
    expect(Buffer.from(first.signed)).toEqual(Buffer.from(signed));
    expect(Buffer.from(first.payload)).toEqual(Buffer.from(PAYLOAD));
    expect(Buffer.from(first.signature)).toEqual(Buffer.alloc(256, 1));
  });

  test.each([
    0, 23, 24, 127, 128, 129, 255, 256, 3_000,
  ])('with a header of %i octets more is signed over another one', (length) => {
    const keyId = keyIdOf(9);
    const header = encodeCbor(
      new Map<number, unknown>([
        [ALGORITHM, -7],
        [KEY_ID, keyId],
        [99, new Uint8Array(length)],
      ]),
    );
    for (const _ of [1, 2]) {
      const { signed, keyId: name } = read(message(header));
      expect(name).toBe(Buffer.from(keyId).toString('hex'));
      expect(Buffer.from(signed)).toEqual(Buffer.from(encodeCbor(['Signature1', header, new Uint8Array(), PAYLOAD])));
    }
  });
});
