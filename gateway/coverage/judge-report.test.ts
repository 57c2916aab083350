import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FoldedReport, isCounted, judgeReport } from './judge-report.ts';

/** An honest sender's chain: each report names the digest of the one before. */
function chainOf(length: number, epoch = 'first') {
  const digestOf = (number: number) => `${epoch}-${number}`;
  return Array.from({ length }, (_, at) => ({
    report: { epoch, number: at + 1, previous: at === 0 ? null : digestOf(at) },
    digest: digestOf(at + 1),
  }));
}

test('a chain that is read in any order, with anything read again, counts a report twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(), { maxLength: 60 }), (length, picks) => {
      const chain = chainOf(length);
      const counted: number[] = [];
      let last: FoldedReport | null = null;
      for (const pick of picks) {
        const next = chain[pick % length];
        if (next === undefined) continue;
        const judgement = judgeReport(last, [], next.report, next.digest);
        expect(judgement).not.toBe('fork');
        if (!isCounted(judgement)) continue;
        counted.push(next.report.number);
        last = { epoch: next.report.epoch, number: next.report.number, digest: next.digest };
      }
      expect(counted).toEqual([...new Set(counted)].sort((a, b) => a - b));
    }),
  );
});

test('a chain that is read in its order is not counted to its end', () => {
  let last: FoldedReport | null = null;
  for (const { report, digest } of chainOf(9)) {
    expect(judgeReport(last, [], report, digest)).toBe('next');
    last = { epoch: report.epoch, number: report.number, digest };
  }
});

test('two reports of one number, or one beside the chain, count', () => {
  const last = { epoch: 'first', number: 2, digest: 'first-2' };
  const other = { epoch: 'first', number: 2, previous: 'first-1' };
  expect(judgeReport(last, [], other, 'another-2')).toBe('fork');
  expect(judgeReport(last, [], { ...other, number: 3, previous: 'another-2' }, 'first-3')).toBe('fork');
  expect(judgeReport(last, ['before'], { ...other, epoch: 'before', number: 9 }, 'before-9')).toBe('known');
  expect(judgeReport(last, ['before'], { ...other, epoch: 'after', number: 1 }, 'after-1')).toBe('restarted');
});
