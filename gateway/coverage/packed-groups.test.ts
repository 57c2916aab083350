import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, PROVINCES, VENUE_KINDS } from '../../schemas/code-lists/index.ts';
import { LATENCY_CLASSES } from './latency-sketch.ts';
import { MOST_COUNTED } from './packed-counts.ts';
import { packGroups, unpackGroups } from './packed-groups.ts';
import { Tally } from './tally.ts';

const counter = fc.oneof(
  fc.constantFrom('answer:green:pass:live', 'reason:ok', 'ms:0', `ms:${LATENCY_CLASSES - 1}`, `ms:${LATENCY_CLASSES}`),
  fc.integer({ min: 0, max: LATENCY_CLASSES - 1 }).map((rank) => `ms:${rank}`),
  fc.stringMatching(/^[a-z]{1,8}:[a-z0-9_:/-]{1,20}$/),
);
const n = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: MOST_COUNTED }));
const groups = fc.uniqueArray(
  fc.record({
    destination: fc.constantFrom('440000', '110000'),
    issuer: fc.constantFrom('410000', '310000', 'unrecognised'),
    venueKind: fc.constantFrom('hospital', 'any', 'untold'),
    counts: fc.dictionary(counter, n, { maxKeys: 40 }),
  }),
  { selector: ({ destination, issuer, venueKind }) => `${destination} ${issuer} ${venueKind}`, maxLength: 12 },
);

function packed(given: readonly { destination: string; issuer: string; venueKind: string; counts: object }[]) {
  return packGroups(
    given.map(({ counts, ...name }) => {
      const tally = new Tally();
      tally.addCounts(Object.fromEntries(Object.entries(counts)));
      return { ...name, tally };
    }),
  );
}

function unpacked(bytes: Uint8Array) {
  const found: { destination: string; issuer: string; venueKind: string; tally: Tally }[] = [];
  unpackGroups(bytes, (destination, issuer, venueKind) => {
    const tally = new Tally();
    found.push({ destination, issuer, venueKind, tally });
    return tally;
  });
  return found.map(({ tally, ...name }) => ({ ...name, counts: tally.counts() }));
}

test('a counter is lost, another number or in another group once it is packed, or when it was a list', () => {
  fc.assert(
    fc.property(groups, (given) => {
      expect(unpacked(packed(given))).toEqual(given);
      const list = given.map(({ destination, issuer, venueKind, counts }) => [destination, issuer, venueKind, counts]);
      expect(unpacked(new TextEncoder().encode(JSON.stringify(list)))).toEqual(given);
    }),
  );
});

test('what a whole country is meant to bear for as long as it is shown is cut short, or cannot be added up', () => {
  const scans = 100_000 * 86_400 * 30;
  const tally = new Tally();
  for (const part of [scans - 1, 1]) tally.addCounts({ 'reason:ok': part, 'ms:3': part });
  expect(tally.counts()).toEqual({ 'reason:ok': scans, 'ms:3': scans });
  const groups = Object.keys(PROVINCES).length ** 2 * keysOf(VENUE_KINDS).length;
  expect(Number.isSafeInteger(MOST_COUNTED * groups)).toBe(true);
});

test('bytes that are no packed groups are read, or break anything but the reading of them', () => {
  const whole = packed([
    { destination: '440000', issuer: '410000', venueKind: 'hospital', counts: { 'ms:48': 3, a: 1 } },
  ]);
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => unpacked(whole.subarray(0, length))).toThrow(RangeError);
  }
  expect(() => unpacked(Uint8Array.of(...whole, 0))).toThrow(RangeError);
  const strange = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(1, ...rest)),
    fc.json().map((text) => new TextEncoder().encode(`[${text}]`)),
  );
  fc.assert(
    fc.property(strange, (bytes) => {
      try {
        unpacked(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
