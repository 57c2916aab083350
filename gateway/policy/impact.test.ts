import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NATIONAL_BASELINE } from './baseline.ts';
import { ALL_CELLS, cellName } from './cells.ts';
import { compilePolicy, decide } from './decide.ts';
import { policyImpact } from './impact.ts';
import { policyWith, START_MS } from './policies.fixture.ts';

const baseline = compilePolicy(NATIONAL_BASELINE);
const counted = fc.array(
  fc.record({
    cell: fc.constantFrom(...ALL_CELLS),
    n: fc.integer({ min: 1, max: 1_000 }),
    issuer: fc.constantFrom('410000' as const, '330000' as const),
  }),
  { maxLength: 40 },
);

test('an impact differs from a replay of every scan under both tables', () => {
  const strict = compilePolicy(
    policyWith([{ when: { status: ['green'], stale: [true] }, decision: 'refer' }, ...NATIONAL_BASELINE.rows]),
  );
  fc.assert(
    fc.property(counted, (scans) => {
      const asCounted = scans.map(({ cell, n, issuer }) => ({
        issuer,
        venue_kind: cell.venue_kind,
        cell: cellName(cell),
        n,
      }));
      const { rows, decided, unknown } = policyImpact(strict, baseline, asCounted, START_MS);
      const replayed = scans.filter(
        ({ cell }) => decide(strict, cell, START_MS).decision !== decide(baseline, cell, START_MS).decision,
      );
      const sum = (list: readonly { readonly n: number }[]) => list.reduce((total, { n }) => total + n, 0);
      expect(rows.reduce((total, { scans: n }) => total + n, 0)).toBe(sum(replayed));
      expect([decided, unknown]).toEqual([sum(scans), 0]);
      expect(policyImpact(baseline, baseline, asCounted, START_MS).rows).toEqual([]);
    }),
  );
});

test('two provinces’ scans are one row, or the row that most people are in comes last', () => {
  const strict = compilePolicy(policyWith([{ when: { status: ['green'] }, decision: 'refer' }]));
  const isMoved = (one: (typeof ALL_CELLS)[number]) =>
    one.status === 'green' && decide(baseline, one, START_MS).decision === 'pass';
  const cell = ALL_CELLS.find(isMoved);
  if (cell === undefined) throw new Error('the baseline passes nobody');
  const counts = (issuer: '410000' | '330000', n: number) => ({
    issuer,
    venue_kind: cell.venue_kind,
    cell: cellName(cell),
    n,
  });
  const told = [counts('410000', 2), counts('330000', 3), counts('330000', 4)];
  const moved = { venue_kind: cell.venue_kind, from: 'pass', to: 'refer' };
  expect(policyImpact(strict, baseline, told, START_MS).rows).toEqual([
    { issuer: '330000', ...moved, scans: 7 },
    { issuer: '410000', ...moved, scans: 2 },
  ]);
});

test('a cell of another version is taken for one of this', () => {
  const stranger = { issuer: '410000', venue_kind: 'hospital', cell: 'purple/signed', n: 3 } as const;
  expect(policyImpact(baseline, baseline, [stranger], START_MS)).toEqual({ rows: [], decided: 0, unknown: 3 });
});

test('two cells of the domain have one name, so that their scans are decided alike', () => {
  const names = ALL_CELLS.map((cell) => `${cell.venue_kind}/${cellName(cell)}`);
  expect(new Set(names).size).toBe(ALL_CELLS.length);
});
