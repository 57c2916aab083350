import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { coverageCellsSchema, coverageSchema } from '../../schemas/coverage.ts';
import { type CoverageReport, coverageReportSchema } from '../../schemas/coverage-report.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import type { CountedCertificate } from './certificate-countries.ts';
import { CoverageBook } from './coverage-book.ts';
import type { CountedAnswer } from './coverage-groups.ts';
import { coverageCells, coverageMatrix } from './coverage-matrix.ts';
import type { CoverageStore } from './coverage-store.ts';
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

function matrixOf(
  answers: readonly CountedAnswer[],
  suppressedBelow: number,
  certificates: readonly Pick<CountedCertificate, 'country' | 'result'>[] = [],
) {
  return looked(suppressedBelow, async (book) => {
    for (const answer of answers) book.counter.count(answer);
    for (const certificate of certificates) {
      book.counter.certify({ issuer: '900000', destination: '440000', atMs: NOW_MS, ...certificate });
    }
  }).then(({ matrix }) => matrix);
}

/** What is shown of a store that was written to. */
async function looked(
  suppressedBelow: number,
  write: (book: CoverageBook, store: StoreWatch<CoverageStore>) => Promise<unknown>,
) {
  const open = () => openSqliteCoverage(':memory:', { withholdBelow: suppressedBelow });
  const store = new StoreWatch({ open, onChange: () => {} });
  const book = new CoverageBook({ store, nowMs: () => NOW_MS });
  await write(book, store);
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
  const cells = await coverageCells(sources, '1h', '440000');
  await book.close();
  return { matrix, cells };
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

describe('a node that reports what nobody can have counted', () => {
  const counter = fc.oneof(
    fc.constantFrom(
      'answer:red:pass:live',
      'answer:green:pass:live',
      'answer:green:refer:stale',
      'ms:9999',
      'reason:ok',
    ),
    fc.constantFrom(
      'from:abcd:valid',
      'from:xaa:valid',
      'cell:no-such-cell',
      'refused:constructor',
      'reason:constructor',
    ),
    fc.stringMatching(/^[a-z]{1,8}:[a-z0-9_:/-]{1,20}$/),
  );
  const n = fc.constantFrom(1, 1_000, Number.MAX_SAFE_INTEGER);
  const counts = fc.dictionary(counter, n, { minKeys: 1, maxKeys: 8 });

  test('makes coverage unreadable to everybody', async () => {
    await fc.assert(
      fc.asyncProperty(counts, counts, async (asked, told) => {
        const pair = { issuer: '410000', destination: '440000' } as const;
        const groups = [
          { ...pair, venue_kind: 'hospital', counts: asked } as const,
          { ...pair, venue_kind: 'untold', counts: told } as const,
        ];
        const minutes = [{ minute: NOW_MS / 60_000, groups }];
        const made = {
          iss: 'https://gateway.example',
          iat: NOW_MS / 1_000,
          from: NOW_MS / 1_000,
          breakers: [],
          minutes,
        };
        const { matrix, cells } = await looked(1, async (_book, store) => {
          for (const number of [1, 2]) {
            const chain = { epoch: 'e'.repeat(22), number, previous: number === 1 ? null : '-'.repeat(43) };
            const report: CoverageReport = coverageReportSchema.parse({ ...made, ...chain });
            await store.use((opened) => opened.fold({ report, digest: '-'.repeat(43), receivedS: made.iat + number }));
          }
        });
        expect(coverageSchema.safeParse(matrix).error?.issues).toBeUndefined();
        expect(coverageCellsSchema.safeParse(cells).error?.issues).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });
});
