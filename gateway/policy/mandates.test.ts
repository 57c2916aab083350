import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROVINCES, purposeSchema, VENUE_KINDS, venueKindSchema } from '../../schemas/code-lists/index.ts';
import { type Mandate, mandateSchema } from '../../schemas/mandate.ts';
import { SANDBOX_LAPSED_REGION, SANDBOX_MEDIUM_RISK_REGION, sandboxMandates } from '../sandbox/mandates.ts';
import {
  type CheckQuery,
  indexMandates,
  lastMandateEndsMs,
  mandateCoverage,
  mandateStands,
  permitCheck,
} from './mandates.ts';

const START_MS = Date.parse('2026-11-01T00:00:00Z');
const DAY_MS = 86_400_000;
const at = (days: number) => new Date(START_MS + days * DAY_MS).toISOString();
const SANDBOX = indexMandates(sandboxMandates(START_MS, 'https://anchor.example', []));

function mandate(change: Partial<Mandate>): Mandate {
  return {
    id: 'm',
    instrument: { title: { zh: '依据', en: 'Instrument' }, citation: 'Notice 1' },
    issued_by: 'https://anchor.example',
    regions: ['46'],
    venue_kinds: ['airport'],
    purposes: ['venue_entry'],
    holder_classes: ['any_traveller'],
    auditors: [],
    valid_from: at(0),
    valid_until: at(10),
    ...change,
  };
}
const QUERY: CheckQuery = { region: '460105', venueKind: 'airport', purpose: 'venue_entry', nowMs: START_MS };
const permitted = (mandates: Mandate[], change: Partial<CheckQuery> = {}) =>
  permitCheck(indexMandates(mandates), { ...QUERY, ...change })?.id ?? null;

describe('permission to check', () => {
  test.each<[string, Partial<CheckQuery>]>([
    ['another province', { region: '440106' }],
    ['another kind of venue', { venueKind: 'park' }],
    ['another purpose', { purpose: 'medical_visit' }],
    ['a moment before it starts', { nowMs: START_MS - 1 }],
    ['the moment it ends', { nowMs: START_MS + 10 * DAY_MS }],
    ['a region that is no code', { region: '4' }],
  ])('is given at %s', (_defect, change) => {
    expect(permitted([mandate({})])).toBe('m');
    expect(permitted([mandate({})], change)).toBeNull();
  });

  test('is given without any mandate', () => {
    expect(permitted([])).toBeNull();
  });

  test('for a county is given in its neighbour', () => {
    const county = [mandate({ regions: ['460105'] })];
    expect(permitted(county)).toBe('m');
    expect(permitted(county, { region: '460106' })).toBeNull();
    expect(permitted([mandate({ regions: ['4601'] })], { region: '460201' })).toBeNull();
  });

  test('for special people is given for everybody', () => {
    expect(permitted([mandate({ holder_classes: ['entrant_from_abroad', 'risk_area_traveller'] })])).toBeNull();
    expect(permitted([mandate({ holder_classes: ['entrant_from_abroad', 'any_traveller'] })])).toBe('m');
  });

  test('cites a wider mandate where a narrower one covers the place', () => {
    const mandates = [mandate({ id: 'wide', valid_until: at(30) }), mandate({ id: 'narrow', regions: ['460105'] })];
    expect(permitted(mandates)).toBe('narrow');
    expect(permitted(mandates, { nowMs: START_MS + 15 * DAY_MS })).toBe('wide');
  });

  test('cites another mandate at every start, where two end together, or the one that ends first', () => {
    const [a, b] = [mandate({ id: 'a' }), mandate({ id: 'b' })];
    expect([permitted([a, b]), permitted([b, a])]).toEqual(['a', 'a']);
    const longer = mandate({ id: 'c', valid_until: at(11) });
    expect([permitted([a, longer]), permitted([longer, a])]).toEqual(['c', 'c']);
  });

  test('outlives the successor of its mandate', () => {
    const first = mandate({ id: 'first' });
    const next = mandate({
      id: 'next',
      venue_kinds: ['hospital'],
      valid_from: at(3),
      valid_until: at(13),
      supersedes: 'first',
    });
    expect(permitted([first, next], { nowMs: START_MS + 3 * DAY_MS - 1 })).toBe('first');
    expect(permitted([first, next], { nowMs: START_MS + 3 * DAY_MS })).toBeNull();
  });

  test('differs from going through all mandates one by one', () => {
    const regions = ['46', '4601', '460105', '44', '440106', '4401'];
    const anyMandate = fc
      .record({
        region: fc.uniqueArray(fc.constantFrom(...regions), { minLength: 1, maxLength: 3 }),
        kinds: fc.uniqueArray(fc.constantFrom(...venueKindSchema.values), { minLength: 1 }),
        purposes: fc.uniqueArray(fc.constantFrom(...purposeSchema.values), { minLength: 1 }),
        from: fc.integer({ min: -5, max: 5 }),
        days: fc.integer({ min: 1, max: 5 }),
      })
      .map(({ region, kinds, purposes, from, days }) =>
        mandate({ regions: region, venue_kinds: kinds, purposes, valid_from: at(from), valid_until: at(from + days) }),
      );
    const anyQuery = fc.record({
      region: fc.constantFrom('460105', '460106', '440106', '310101'),
      venueKind: fc.constantFrom(...venueKindSchema.values),
      purpose: fc.constantFrom(...purposeSchema.values),
      nowMs: fc.integer({ min: -6, max: 11 }).map((days) => START_MS + days * DAY_MS),
    });
    fc.assert(
      fc.property(fc.array(anyMandate, { maxLength: 6 }), anyQuery, (bare, query) => {
        const mandates = bare.map((each, n) => ({ ...each, id: `m-${n}` }));
        const found = permitCheck(indexMandates(mandates), query);
        const allowed = mandates.filter(
          (each) =>
            each.regions.some((region) => query.region.startsWith(region)) &&
            each.venue_kinds.includes(query.venueKind) &&
            each.purposes.includes(query.purpose) &&
            Date.parse(each.valid_from) <= query.nowMs &&
            query.nowMs < Date.parse(each.valid_until),
        );
        expect(found === null).toBe(allowed.length === 0);
        if (found !== null) expect(allowed).toContain(found);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the sandbox mandates', () => {
  test('permit an ordinary venue in a low-risk region, or forbid a special one', () => {
    for (const venueKind of venueKindSchema.values) {
      for (const province of Object.keys(PROVINCES)) {
        const region = `${province.slice(0, 2)}0399`;
        const found = permitCheck(SANDBOX, { region, venueKind, purpose: 'venue_entry', nowMs: START_MS });
        expect(found !== null).toBe(VENUE_KINDS[venueKind].special && province !== '000000');
      }
    }
  });

  test('forbid an ordinary venue in the medium-risk county, or permit one where the mandate has lapsed', () => {
    const query = { venueKind: 'hotel', purpose: 'venue_entry', nowMs: START_MS } as const;
    expect(permitCheck(SANDBOX, { ...query, region: SANDBOX_MEDIUM_RISK_REGION })?.id).toBe(
      'sandbox-medium-risk-county',
    );
    expect(permitCheck(SANDBOX, { ...query, region: SANDBOX_LAPSED_REGION })).toBeNull();
    expect(permitCheck(SANDBOX, { ...query, region: SANDBOX_LAPSED_REGION, nowMs: START_MS - 2 * DAY_MS })?.id).toBe(
      'sandbox-lapsed-county',
    );
  });

  test('are no valid mandates', () => {
    for (const each of sandboxMandates(START_MS, 'https://anchor.example', [])) {
      expect(mandateSchema.safeParse(each).success).toBe(true);
    }
  });
});

describe('readiness', () => {
  test('does not see that the last mandate has ended', () => {
    const mandates = indexMandates([mandate({}), mandate({ id: 'n', valid_from: at(20), valid_until: at(25) })]);
    const states = [0, 10, 20, 25].map((days) => mandateCoverage(mandates, START_MS + days * DAY_MS));
    expect(states.map(({ state }) => state)).toEqual(['active', 'upcoming', 'active', 'lapsed']);
    expect(states[0]).toMatchObject({ active: ['m'], nextStartsMs: START_MS + 20 * DAY_MS });
    expect(lastMandateEndsMs(mandates)).toBe(START_MS + 25 * DAY_MS);
    expect(states[1]).toMatchObject({ active: [], nextStartsMs: START_MS + 20 * DAY_MS });
    expect(states[2]).toMatchObject({ active: ['n'], nextStartsMs: null });
    expect(mandateCoverage(indexMandates([]), START_MS)).toEqual({
      state: 'none',
      active: [],
      lastEndsMs: null,
      nextStartsMs: null,
    });
  });
});

describe('readiness before a start', () => {
  test('names the last of two that come, or one that its successor has ended before it starts', () => {
    const [soon, late] = [mandate({ id: 'soon', valid_from: at(2) }), mandate({ id: 'late', valid_from: at(5) })];
    const gone = mandate({ id: 'gone', valid_from: at(1), valid_until: at(9) });
    const instead = mandate({ id: 'instead', valid_from: at(-2), valid_until: at(-1), supersedes: 'gone' });
    const nextStart = (...mandates: Mandate[]) => mandateCoverage(indexMandates(mandates), START_MS).nextStartsMs;
    expect(nextStart(late, soon)).toBe(START_MS + 2 * DAY_MS);
    expect(nextStart(gone)).toBe(START_MS + DAY_MS);
    expect(nextStart(gone, instead)).toBe(null);
    const exactly = mandateCoverage(indexMandates([soon]), START_MS + 2 * DAY_MS);
    expect([exactly.active, exactly.nextStartsMs]).toEqual([['soon'], null]);
  });
});

describe('a mandate’s name', () => {
  test('stands for one that is over, superseded or not yet in force, or for another one', () => {
    const next = mandate({ id: 'next', valid_from: at(3), supersedes: 'm' });
    const mandates = indexMandates([mandate({}), next]);
    const stands = (id: string) =>
      [-1, 0, 2, 3, 9, 10].map((days) => mandateStands(mandates, id, START_MS + days * DAY_MS));
    expect(stands('m')).toEqual([false, true, true, false, false, false]);
    expect(stands('next')).toEqual([false, false, false, true, true, false]);
    expect(stands('other')).toEqual(Array.from({ length: 6 }, () => false));
  });
});

describe('a mandate', () => {
  test.each<[string, Partial<Mandate>]>([
    ['longer than 30 days', { valid_until: at(30.01) }],
    ['that ends before it starts', { valid_until: at(-1) }],
    ['that ends as it starts', { valid_until: at(0) }],
    ['for a province that does not exist', { regions: ['99'] }],
    ['for the national platform as a place', { regions: ['00'] }],
    ['for half a code', { regions: ['460'] }],
    ['for no place', { regions: [] }],
    ['for no purpose', { purposes: [] }],
    ['for nobody', { holder_classes: [] }],
    ['that supersedes itself', { supersedes: 'm' }],
  ])('%s is accepted', (_defect, change) => {
    expect(mandateSchema.safeParse(mandate({ valid_until: at(30) })).success).toBe(true);
    expect(mandateSchema.safeParse(mandate(change)).success).toBe(false);
  });
});
