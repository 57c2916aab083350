import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COVERAGE_WINDOW_MS, type Coverage } from '../../schemas/coverage.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { CoverageBook } from './coverage-book.ts';
import { exportedCoverage } from './coverage-export.ts';
import { coverageMatrix } from './coverage-matrix.ts';
import { NodeReports } from './node-reports.ts';
import { Signals } from './signals.ts';
import { answerAt } from './store.contract.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const BOUND = 10;
const START_MS = Date.UTC(2026, 0, 1);
const ISSUERS = ['410000', '310000'] as const;
const KINDS = ['hospital', 'hotel'] as const;
const COUNTRIES = ['XAA', 'XBB'] as const;
const WINDOWS = ['1h', '6h', '24h', '7d', '30d'] as const satisfies readonly (keyof typeof COVERAGE_WINDOW_MS)[];

/** Some scans at one place, and how long nothing happens after them. */
const happening = fc.record({
  issuer: fc.constantFrom(...ISSUERS),
  venueKind: fc.constantFrom(...KINDS),
  scans: fc.integer({ min: 1, max: 14 }),
  refused: fc.integer({ min: 0, max: 3 }),
  /** Certificates by the country of their issuer, decided at the same destination. */
  certificates: fc.record({ XAA: fc.integer({ min: 0, max: 14 }), XBB: fc.integer({ min: 0, max: 3 }) }),
  thenMinutes: fc.constantFrom(0, 1, 59, 61, 400),
});

const FILTERS = [undefined, ...ISSUERS].flatMap((issuer) =>
  [undefined, ...KINDS].map((venueKind) => ({ issuer, venueKind })),
);
type Filter = (typeof FILTERS)[number];

/** One answer, and what it was asked. */
interface Told {
  readonly hours: number;
  readonly filter: Filter;
  readonly scans: number;
  readonly certificates: readonly number[];
}

/** Whether everything in one answer is in the other: the attacker takes the one from the other. */
function isWithinThat(one: Told, other: Told): boolean {
  const covers = (wide: string | undefined, narrow: string | undefined) => wide === undefined || wide === narrow;
  const { issuer, venueKind } = other.filter;
  return one.hours <= other.hours && covers(issuer, one.filter.issuer) && covers(venueKind, one.filter.venueKind);
}

/** Of a table that was taken away: its column, added up. */
function presentedIn(csv: string): number {
  const [names = '', ...lines] = csv.trimEnd().split('\r\n');
  const column = names.split(',').indexOf('presented');
  return lines.reduce((sum, line) => sum + Number(line.split(',')[column]), 0);
}

/** Of each country, of all of them together, and of those whose certificates were good: whatever is left is somebody's. */
function certificatesIn({ certificates }: Coverage): number[] {
  const sum = (those: Coverage['certificates']) =>
    those.reduce((total, { valid, invalid, indeterminate }) => total + valid + invalid + indeterminate, 0);
  const of = (name: string) => sum(certificates.filter(({ country }) => country === name));
  return [...COUNTRIES.map(of), sum(certificates)];
}

function scansOf({ totals, refused }: Pick<Coverage, 'totals' | 'refused'>): number {
  return totals.presented + Object.values(refused).reduce((sum, n) => sum + n, 0);
}

test('windows, filters or hours that are subtracted from one another, now or later, give a group below the bound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 6 }), async (happenings) => {
      const clock = { nowMs: START_MS };
      const nowMs = () => clock.nowMs;
      const store = new StoreWatch({
        open: () => openSqliteCoverage(':memory:', { withholdBelow: BOUND }),
        onChange: () => {},
      });
      const book = new CoverageBook({ store, nowMs });
      const folded = () => EMPTY_STATE;
      const state = compileState(EMPTY_STATE);
      const sources = {
        ...{ book, folded, nowMs, state: () => state, registryFault: () => null, suppressedBelow: BOUND },
        signals: new Signals(START_MS, { onCount: () => {}, onChange: () => {} }),
        nodes: new NodeReports({ store, folded, hosted: new Set(), unreachable: () => null }),
      };
      const ask = async (): Promise<Told[]> => {
        const told: Told[] = [];
        for (const window of WINDOWS) {
          for (const filter of FILTERS) {
            const coverage = await coverageMatrix(sources, { window, series: true, ...filter });
            const hourly = coverage.series?.map(({ totals }) => totals.presented) ?? [];
            expect(hourly.reduce((sum, n) => sum + n, 0)).toBe(coverage.totals.presented);
            told.push({
              hours: COVERAGE_WINDOW_MS[window],
              filter,
              scans: scansOf(coverage),
              certificates: certificatesIn(coverage),
            });
            // What is taken away as a table has nothing else in it, hour by hour and cell by cell.
            const { series: _hours, ...matrix } = coverage;
            for (const exported of [coverage, matrix]) {
              expect(presentedIn(exportedCoverage(exported, 'csv'))).toBe(coverage.totals.presented);
            }
          }
        }
        return told;
      };
      for (const { issuer, venueKind, scans, refused, certificates, thenMinutes } of happenings) {
        const before = await ask();
        for (let n = 0; n < scans; n += 1) book.counter.count(answerAt(clock.nowMs, { issuer, venueKind }));
        for (let n = 0; n < refused; n += 1) {
          book.counter.refuse({ issuer, destination: '440000', venueKind, problem: 'code_expired', atMs: clock.nowMs });
        }
        for (const country of COUNTRIES) {
          const one = { issuer: '900000', destination: '440000', country, result: 'ok', atMs: clock.nowMs } as const;
          for (let n = 0; n < certificates[country]; n += 1) book.counter.certify(one);
        }
        const after = await ask();
        const differences = after.flatMap((one, at) => [
          one.scans - (before[at]?.scans ?? 0),
          ...after.filter((other) => isWithinThat(one, other)).map((other) => other.scans - one.scans),
        ]);
        const ofCountries = after.flatMap((one, at) => {
          const wider = after.filter(
            (other) => isWithinThat(one, other) && other.filter.venueKind === one.filter.venueKind,
          );
          return [before[at], ...wider].flatMap((other) =>
            one.certificates.map((n, place) => Math.abs((other?.certificates[place] ?? 0) - n)),
          );
        });
        differences.push(...ofCountries);
        expect(differences.filter((difference) => difference !== 0 && difference < BOUND)).toEqual([]);
        clock.nowMs += thenMinutes * 60_000;
      }
      await book.close();
      await store.close();
    }),
    { numRuns: 12 },
  );
});
