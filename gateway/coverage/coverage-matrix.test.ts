import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import type { CountedCertificate } from './certificate-countries.ts';
import { CoverageBook } from './coverage-book.ts';
import type { CountedAnswer } from './coverage-groups.ts';
import { coverageMatrix } from './coverage-matrix.ts';
import { NodeReports } from './node-reports.ts';
import { Signals } from './signals.ts';
import { answerAt } from './store.contract.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const IGNORED = { onCount: () => {}, onChange: () => {} };
const OUTCOMES = [
  { status: 'green', decision: 'pass', stale: false },
  { status: 'green', decision: 'refer', stale: true },
  { status: 'yellow', decision: 'restrict', stale: false },
  { status: 'red', decision: 'restrict', stale: false },
  { status: 'indeterminate', decision: 'refer', stale: false },
] as const;

async function matrixOf(
  answers: readonly CountedAnswer[],
  suppressedBelow: number,
  certificates: readonly Pick<CountedCertificate, 'country' | 'result'>[] = [],
) {
  const open = () => openSqliteCoverage(':memory:', { withholdBelow: suppressedBelow });
  const store = new StoreWatch({ open, onChange: () => {} });
  const book = new CoverageBook({ store, nowMs: () => NOW_MS });
  for (const answer of answers) book.counter.count(answer);
  for (const certificate of certificates) {
    book.counter.certify({ issuer: '900000', destination: '440000', atMs: NOW_MS, ...certificate });
  }
  const folded = () => EMPTY_STATE;
  const nodes = new NodeReports({ store, folded, hosted: new Set(), unreachable: () => null });
  const state = compileState(EMPTY_STATE);
  const sources = {
    book,
    state: () => state,
    folded,
    registryFault: () => null,
    signals: new Signals(NOW_MS, IGNORED),
    nodes,
    suppressedBelow,
    nowMs: () => NOW_MS,
  };
  const matrix = await coverageMatrix(sources, { window: '1h', series: true });
  await book.close();
  return matrix;
}

function answer(issuer: ProvinceCode, destination: ProvinceCode, outcome: (typeof OUTCOMES)[number]): CountedAnswer {
  return answerAt(NOW_MS, { issuer, destination, ...outcome, tookMs: 3 });
}

describe('the recognition matrix', () => {
  test('shows a cell that few people are behind, or counts it in a total', async () => {
    const many = Array.from({ length: 10 }, () => answer('410000', '440000', OUTCOMES[0]));
    const few = Array.from({ length: 9 }, () => answer('310000', '440000', OUTCOMES[0]));
    const { cells, totals, series, suppressed, suppressed_below } = await matrixOf([...many, ...few], 10);
    expect(cells.map(({ issuer }) => issuer)).toEqual(['410000']);
    expect([totals.presented, suppressed_below]).toEqual([10, 10]);
    expect(series?.map((hour) => hour.totals.presented)).toEqual([10]);
    expect(suppressed).toEqual({ cells: 1 });
  });

  test('shows a country that few certificates are of, or mistakes one for another, or certificates for scans', async () => {
    const decided = (count: number, country: string, result: 'ok' | 'expired' | 'issuer_unknown') =>
      Array.from({ length: count }, () => ({ country, result }));
    const { certificates, cells, totals, suppressed } = await matrixOf([], 10, [
      ...decided(9, 'XAA', 'ok'),
      ...decided(1, 'XAA', 'expired'),
      ...decided(9, 'XBB', 'ok'),
      ...decided(10, 'unknown', 'issuer_unknown'),
    ]);
    const at = { issuer: '900000', destination: '440000' } as const;
    expect(certificates).toEqual([
      { ...at, country: 'XAA', valid: 9, invalid: 1, indeterminate: 0 },
      { ...at, country: 'unknown', valid: 0, invalid: 0, indeterminate: 10 },
    ]);
    expect([cells, totals.presented, suppressed]).toEqual([[], 0, { cells: 0 }]);
  });

  test('leaves out what cannot be told, what was referred or what was old', async () => {
    const outcome = fc.constantFrom(...OUTCOMES);
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 60 }), async (outcomes) => {
        const { totals, recognition_rate } = await matrixOf(
          outcomes.map((one) => answer('410000', '440000', one)),
          1,
        );
        const those = (is: (one: (typeof OUTCOMES)[number]) => boolean) => outcomes.filter(is).length;
        const green = those(({ status }) => status === 'green');
        expect(totals).toEqual({
          presented: outcomes.length,
          green,
          recognised: those(({ decision }) => decision === 'pass'),
          restricted: those(({ decision }) => decision === 'restrict'),
          referred: those(({ decision }) => decision === 'refer'),
          indeterminate: those(({ status }) => status === 'indeterminate'),
          stale: those(({ stale }) => stale),
        });
        expect(recognition_rate).toBe(green === 0 ? null : totals.recognised / green);
      }),
      { numRuns: 20 },
    );
  });
});
