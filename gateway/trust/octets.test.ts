import fc from 'fast-check';
import { base64url } from 'jose';
import { expect, test } from 'vitest';
import { asciiIn, base64urlOf, base64urlOfText, octetsOf, textIn, utf8Of } from './octets.ts';

const utf8 = new TextEncoder();
const short = fc.string({ unit: 'binary' });
/** Some of them longer than what is encoded in one and the same place. */
const texts = fc.oneof(
  { weight: 9, arbitrary: short },
  short.map((text) => `${text}字`.repeat(1_500)),
);
const whole = (octets: Uint8Array) => [...octets];

test('octets of a pool are other ones than those of everybody else', () => {
  fc.assert(
    fc.property(texts, fc.uint8Array(), (text, octets) => {
      expect(whole(utf8Of(text))).toEqual(whole(utf8.encode(text)));
      expect(base64urlOfText(text)).toBe(base64url.encode(text));
      expect(textIn(base64url.encode(text))).toBe(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8.encode(text)),
      );
      expect(base64urlOf(octets)).toBe(base64url.encode(octets));
      expect(whole(octetsOf(base64url.encode(octets)))).toEqual(whole(octets));
      const ascii = octets.every((octet) => octet < 0x80) ? String.fromCharCode(...octets) : null;
      expect(asciiIn(octets)).toBe(ascii);
    }),
  );
});

test('a copy of some octets changes with what lies beside them', () => {
  const first = octetsOf('AQID');
  const copy = first.slice();
  copy.fill(9);
  expect([whole(first), whole(octetsOf('AQID'))]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});
