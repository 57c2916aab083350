import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDisclosures } from './sd-jwt.ts';
import { sha256Base64url } from './sha256.ts';
import { type JsonObject, parseStrictObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

const utf8 = new TextEncoder();

/** What opening comes to, as a value or as a code. */
function outcomeOf(open: () => JsonObject): unknown {
  try {
    return open();
  } catch (error) {
    return error instanceof TrustError ? error.code : error;
  }
}

/** By the strict reader alone: the disclosure as a member of an object. */
function strictly(octets: Uint8Array): JsonObject {
  const { d: triple, ...more } = parseStrictObject(Buffer.concat([Buffer.from('{"d":'), octets, Buffer.from('}')]));
  if (Object.keys(more).length > 0) throw new TrustError('disclosure_invalid', 'more than one value');
  const [salt, name, value, ...rest] = Array.isArray(triple) ? triple : [];
  const isTriple = typeof salt === 'string' && typeof name === 'string' && value !== undefined && rest.length === 0;
  if (!isTriple || name === '_sd' || name === '...') throw new TrustError('disclosure_invalid', 'no triple');
  return Object.fromEntries([[name, value]]);
}

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('_sd', '...', '__proto__', 'handle', 'flags', 'é', '绿', '\u007f', 'a\\u0062', '", "', ']', '\ud800'),
);
const value = fc.oneof(fc.constant(null), text, fc.array(text, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
const written = fc
  .oneof(fc.tuple(text, text, value), fc.array(value, { maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }))
  .map((triple) => JSON.stringify(triple));
/** Text as a stranger may have damaged it: a piece left out or put in anywhere. */
const damaged = fc
  .tuple(
    written,
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom('', ',', '"', '[', ']', '}', ' ', '\\', '\n', '\t', '{"a":1,"a":2}'),
  )
  .map(([whole, at, out, put]) => {
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + put + whole.slice(place + out);
  });
const octets = fc.oneof(
  written.map((whole) => utf8.encode(whole)),
  damaged.map((whole) => utf8.encode(whole)),
  fc.uint8Array({ maxLength: 24 }),
);

test('a disclosure that is written plainly is read otherwise than by the strict reader, or one of them takes what the other refuses', () => {
  fc.assert(
    fc.property(
      octets.filter(({ length }) => length > 0),
      (bytes) => {
        const disclosure = Buffer.from(bytes).toString('base64url');
        const opened = outcomeOf(() => readDisclosures([disclosure], {}, [sha256Base64url(disclosure)]));
        expect(opened).toEqual(outcomeOf(() => strictly(bytes)));
      },
    ),
    { numRuns: 3_000 },
  );
});
