import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../schemas/scenarios.ts';
import { statusClaimsSchema } from '../schemas/statement.ts';
import { SAMPLE } from './sample-manifest.fixture.ts';
import { type Translator, translate } from './translate.ts';

const NOW_MS = Date.parse('2022-03-10T04:00:00Z');
const GREEN = { colour: 1, time: '2022-03-10 11:59:00', handle: 'h-1' };
const run: Translator = (record, token, nowMs) => translate(record, SAMPLE, token, nowMs);

/** As it would come off the wire. */
const overTheWire = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value));
const json = fc.jsonValue({ maxDepth: 3 }).map(overTheWire);
const colour = fc.oneof(json, fc.constantFrom(1, '1', 2, '2', 3, 4, 5, '01', 1.5));
const members = fc.record(
  {
    colour,
    why: fc.oneof(json, fc.constantFrom('A1', 'A2', ['A2', 'A3'])),
    popup: fc.oneof(json, fc.constantFrom(0, 3, '3')),
    time: fc.oneof(json, fc.constantFrom('2022-03-10 11:59:00', '2022-13-10 11:59:00')),
    handle: json,
    source: fc.oneof(json, fc.constantFrom('own', 'nat', '44')),
    source_ref: json,
    by: fc.oneof(
      json,
      fc.record(
        { level: json, role: json, act: json, batch: json, document: json, filed: json, approvals: json },
        { requiredKeys: [] },
      ),
    ),
    frame: json,
  },
  { requiredKeys: [] },
);

const record = members.map(overTheWire);

test('no reply is green unless the green value stands where the manifest says', () => {
  fc.assert(
    fc.property(fc.oneof(record, json), fc.string(), (raw, token) => {
      const { claims } = run(raw, token, NOW_MS);
      const value =
        typeof raw === 'object' && raw !== null && !Array.isArray(raw) && 'colour' in raw ? raw.colour : undefined;
      if (claims.status === 'green') expect([1, '1']).toContain(value);
    }),
    { numRuns: 2000 },
  );
});

test('translate never throws and its claims always have the documented form', () => {
  fc.assert(
    fc.property(fc.oneof(record, json), fc.string(), fc.double(), (raw, token, nowMs) => {
      const { claims, reasons, unmapped } = run(raw, token, nowMs);
      expect(statusClaimsSchema.safeParse(claims).success).toBe(true);
      expect(new Set(reasons).size).toBe(reasons.length);
      expect(claims.status === 'indeterminate' || claims.status_as_of !== null).toBe(true);
      expect(unmapped.every((field) => /^[a-z_]+$/.test(field))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('frames, extra members and member order change nothing', () => {
  fc.assert(
    fc.property(members, json, json, fc.string(), (raw, frame, extra, name) => {
      const changed = [[`extra ${name}`, extra], ['frame', frame], ...Object.entries({ ...raw, frame }).reverse()];
      const after = run(overTheWire(Object.fromEntries(changed)), 't', NOW_MS);
      expect(after).toEqual(run(overTheWire(raw), 't', NOW_MS));
    }),
  );
});

test('a digit sent as string or as number changes nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
      (c, p, l) => {
        const numbers = { ...GREEN, colour: c, popup: p, by: { level: l, batch: p } };
        const strings = { ...GREEN, colour: `${c}`, popup: `${p}`, by: { level: `${l}`, batch: `${p}` } };
        expect(run(strings, 't', NOW_MS)).toEqual(run(numbers, 't', NOW_MS));
      },
    ),
  );
});
