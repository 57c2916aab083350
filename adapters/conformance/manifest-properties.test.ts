import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { writeCoded } from '../../schemas/texts/coded.ts';
import { localKey } from '../local-value.ts';
import { compilePointer } from '../pointer.ts';
import { loadProvinces } from '../provinces/index.ts';
import { compileTranslator } from '../translate.ts';
import { withValueAt } from '../with-value-at.ts';
import { pointersRead, tablesOf } from './reads.ts';
import { CHECK_NOW_MS, CHECK_TOKEN, readScenarios } from './scenario-reading.ts';
import { meaninglessVariants } from './variants.ts';

const RUNS = { numRuns: 300 };

/** Anything at all, with some of what the manifest itself lists standing anywhere but where it should. */
function anyJson(manifest: Manifest): fc.Arbitrary<JsonValue> {
  const listed = tablesOf(manifest.reply).flatMap(({ values }) => values.map(({ value }): JsonValue => value));
  const members = pointersRead(manifest.reply).flatMap(({ at }) => at.split('/').slice(1));
  return fc.letrec<{ any: JsonValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...listed, null, true, false, '', 0, 1),
      fc.string({ maxLength: 8 }),
      fc.integer(),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...members), fc.string({ maxLength: 6 })), tie('any'), { maxKeys: 6 }),
    ),
  })).any;
}

/** A scenario's record with some places that the manifest reads overwritten: near enough to be taken for a good one. */
function nearlyGood(manifest: Manifest, records: readonly JsonValue[]): fc.Arbitrary<JsonValue> {
  const places = pointersRead(manifest.reply).map(({ at }) => at);
  const edits = fc.array(fc.tuple(fc.constantFrom(...places), anyJson(manifest)), { maxLength: 3 });
  return fc
    .tuple(fc.constantFrom(...records), edits)
    .map(([record, list]) => list.reduce((edited, [at, value]) => withValueAt(edited, at, value), record));
}

function shuffled(node: JsonValue, order: (names: string[]) => string[]): JsonValue {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => shuffled(item, order));
  const members = new Map(Object.entries(node));
  return Object.fromEntries(
    order([...members.keys()]).map((name) => [name, shuffled(members.get(name) ?? null, order)]),
  );
}

/** The digit string and the number that print alike; every other value is left alone. */
function otherSpelling(value: JsonValue): JsonValue {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || String(number) !== String(value)) return value;
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? number : value;
}

function respelt(node: JsonValue, coin: () => boolean): JsonValue {
  if (typeof node !== 'object' || node === null) return coin() ? otherSpelling(node) : node;
  if (Array.isArray(node)) return node.map((item) => respelt(item, coin));
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, respelt(value, coin)]));
}

describe.each(loadProvinces())('$manifest.province $manifest.system.id', ({ manifest, scenarios }) => {
  const { reply } = manifest;
  const translate = compileTranslator(manifest);
  const statusOf = (record: JsonValue) => translate(record, CHECK_TOKEN, CHECK_NOW_MS).claims.status;
  const valueAt = compilePointer(reply.status.at);
  const keysFor = (status: string) =>
    new Set(reply.status.values.filter(({ to }) => to === status).map(({ value }) => String(value)));
  const records = readScenarios(manifest, scenarios).map(({ record }) => record);
  const informational = reply.informational.map(({ at }) => at);
  const raw = fc.oneof(anyJson(manifest), nearlyGood(manifest, records));

  test.each([
    'green',
    'yellow',
    'red',
  ])('a reply is %s without the value that says so, where the manifest says', (colour) => {
    const keys = keysFor(colour);
    fc.assert(
      fc.property(raw, (record) => {
        if (statusOf(record) === colour) expect(keys).toContain(localKey(valueAt(record)));
      }),
      RUNS,
    );
  });

  test('the generator never makes a green, so that nothing was tried', () => {
    const greens = fc.sample(nearlyGood(manifest, records), 300).filter((record) => statusOf(record) === 'green');
    expect(greens.length).toBeGreaterThan(0);
  });

  test('the order of members, frames and extra members change a status', () => {
    const extra = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).map((name) => `x-${name}`),
      anyJson(manifest),
    );
    fc.assert(
      fc.property(raw, extra, fc.infiniteStream(fc.nat()), (record, more, numbers) => {
        const order = (names: string[]) =>
          names
            .map((name): [number, string] => [numbers.next().value ?? 0, name])
            .sort(([a], [b]) => a - b)
            .map(([, name]) => name);
        const mixed = shuffled(record, order);
        expect(statusOf(mixed)).toBe(statusOf(record));
        if (typeof record !== 'object' || record === null || Array.isArray(record)) return;
        const extended = { ...more, ...record };
        expect(statusOf(extended)).toBe(statusOf(record));
      }),
      RUNS,
    );
  });

  test('whatever stands in an informational member changes a status', () => {
    if (informational.length === 0) return;
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.constantFrom(...informational),
        anyJson(manifest),
        (record, at, value) => {
          expect(statusOf(withValueAt(record, at, value))).toBe(statusOf(record));
        },
      ),
      RUNS,
    );
  });

  test('a digit as text or as a number changes a status', () => {
    fc.assert(
      fc.property(raw, fc.infiniteStream(fc.boolean()), (record, coins) => {
        expect(statusOf(respelt(record, () => coins.next().value ?? false))).toBe(statusOf(record));
      }),
      RUNS,
    );
  });

  test('a meaningless change of a known record changes its status', () => {
    for (const record of records) {
      for (const variant of meaninglessVariants(record, informational)) {
        expect(statusOf(variant.record), writeCoded(variant.what)).toBe(statusOf(record));
      }
    }
  });
});
