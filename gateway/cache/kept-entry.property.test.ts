import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, PROVINCES } from '../../schemas/code-lists/index.ts';
import type { CachedAnswer, CacheEntry } from './cached-answer.ts';
import { EntryPacker } from './kept-entry.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('豫疫防〔2022〕1号', 'é', '\ud800x'));
const provenance = fc.option(
  fc.record({
    level: fc.constantFrom('county', null),
    role: fc.constantFrom('health_commission', null),
    action: fc.constantFrom('assign', 'convert', 'release'),
    kind: fc.constantFrom('individual', 'batch', null),
    batch_size: fc.option(fc.nat()),
    instrument: fc.option(fc.string({ unit: 'grapheme' })),
    evidence_filed: fc.boolean(),
    approvals: fc.array(fc.constant({ level: 'county', role: 'health_commission', action: 'sign' } as const), {
      maxLength: 2,
    }),
    origin: fc.option(fc.record({ province: fc.constantFrom('310000', null), reference: fc.option(fc.string()) })),
  }),
);
const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const statement: fc.Arbitrary<string | null> = fc.option(
  fc.tuple(part, part, part).map(([header, payload, signature]) => `${header}.${payload}.${signature}~`),
);
const claimed: fc.Arbitrary<CachedAnswer> = fc.record({
  kind: fc.constant('claims'),
  claims: fc.record({
    status: fc.constantFrom('green', 'yellow', 'red', 'indeterminate'),
    status_as_of: fc.option(fc.constantFrom('2022-06-13T08:00:00+08:00', '2022-06-13T08:00:00Z')),
    ground: fc.subarray(['confirmed_case', 'health_monitoring']),
    provenance,
    handle: text,
    flags: fc.subarray(['popup']),
  }),
  localGroundOnly: fc.boolean(),
  reasons: fc.subarray(['popup', 'too_old', 'unmapped_value']),
  assurance: fc.constantFrom('province-signed', 'node-signed', 'transport'),
  statement,
  way: fc.constantFrom('direct', 'node', null),
});
const absent: fc.Arbitrary<CachedAnswer> = fc.record({
  kind: fc.constant('absent'),
  why: fc.constantFrom('expired', 'unknown'),
});
const entries: fc.Arbitrary<CacheEntry> = fc.record({
  answer: fc.oneof(claimed, absent),
  province: fc.constantFrom(...keysOf(PROVINCES)),
  tag: fc.option(fc.string()),
  seen: fc.string(),
  freshUntilMs: fc.nat(),
  usableUntilMs: fc.nat(),
});

test('an answer comes out of memory as another one, or with what is another one’s', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 4 }), (given) => {
      const packer = new EntryPacker();
      const kept = given.map((entry) => packer.pack(entry));
      expect(kept.map((entry) => packer.unpack(entry))).toEqual(given);
    }),
    { numRuns: 300 },
  );
});
