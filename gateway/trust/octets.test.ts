import fc from 'fast-check';
import { base64url } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as octetsInNode from './octets.ts';

const { asciiIn, base64urlOf, base64urlOfText, lettersIn, octetsIn, textIn, utf8Of } = octetsInNode;

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
      expect(octetsIn(base64url.encode(octets))).toEqual(octets);
      expect(lettersIn(base64url.encode(octets))).toBe(String.fromCharCode(...octets));
      const ascii = octets.every((octet) => octet < 0x80) ? String.fromCharCode(...octets) : null;
      expect(asciiIn(octets)).toBe(ascii);
    }),
  );
});

/** The same as it is loaded where nothing of node is: under another name, since it asks for node but once. */
async function loadedInBrowser(): Promise<typeof octetsInNode> {
  vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return await import(`${import.meta.dirname}/octets.ts?in-browser`);
}

test('a browser reads or writes other octets than node does, or tells what it cannot', async () => {
  const browser = await loadedInBrowser();
  expect(browser.octetsIn).not.toBe(octetsIn);
  // Without its byte order mark it would be JSON, in a browser alone.
  const marked = '\ufeff{}';
  expect([browser, octetsInNode].map(({ textIn: read }) => read(base64url.encode(marked)))).toEqual([marked, marked]);
  fc.assert(
    fc.property(texts, fc.uint8Array(), (text, octets) => {
      const part = base64url.encode(text);
      expect(whole(browser.utf8Of(text))).toEqual(whole(utf8Of(text)));
      expect([browser.base64urlOfText(text), browser.base64urlOf(octets)]).toEqual([part, base64urlOf(octets)]);
      expect(browser.textIn(part)).toBe(textIn(part));
      expect(browser.octetsIn(base64url.encode(octets))).toEqual(octets);
      expect([browser.lettersIn(part), browser.asciiIn(octets)]).toEqual([null, null]);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(nearly, short), (text) => {
      fc.pre(text.length % 4 !== 1);
      expect(browser.octetsIn(text)).toEqual(octetsIn(text));
    }),
    { numRuns: 1_000 },
  );
});

test('a copy of some octets changes with what lies beside them', () => {
  const first = octetsIn('AQID') ?? Uint8Array.of();
  const copy = first.slice();
  copy.fill(9);
  expect([whole(first), whole(octetsIn('AQID') ?? Uint8Array.of())]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

/** What node's decoder takes, or skips, though it is no letter of base64url: \u0141 has the low octet of an A. */
const ODD_LETTERS = ['+', '/', '=', ' ', '\n', '\0', '.', '~', '\u0141', '\u00e9', '\u{1f600}'];
const nearly = fc
  .tuple(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...ODD_LETTERS, 'A', '-', '_')), { maxLength: 2 }),
  )
  .map(([octets, put]) =>
    put.reduce((text, [at, letter]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + letter + text.slice(place + (at % 2));
    }, base64url.encode(octets)),
  );

test('a text is taken for base64url that has another letter', () => {
  fc.assert(
    fc.property(fc.oneof(nearly, short), (text) => {
      // A length that no octets come to is looked for before.
      fc.pre(text.length % 4 !== 1);
      const octets = /^[A-Za-z0-9_-]*$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64url')) : null;
      expect(octetsIn(text)).toEqual(octets);
      expect(lettersIn(text)).toBe(octets === null ? null : String.fromCharCode(...octets));
    }),
    { numRuns: 4_000 },
  );
});
