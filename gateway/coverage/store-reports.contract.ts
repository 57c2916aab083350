import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CoverageReport } from '../../schemas/coverage-report.ts';
import { MOST_EPOCHS } from './coverage-statements.ts';
import type { CoverageStore, CoverageTerms, ReportDraft } from './coverage-store.ts';
import { passedAt, passes } from './store.contract.ts';

const NODE = 'https://gateway.example/410000';

/** What every coverage store owes to whoever reports from it and to whoever folds reports into it. */
export function coverageReportContract(
  name: string,
  openAt: (place: string, terms: CoverageTerms) => Promise<CoverageStore>,
): void {
  describe(`${name} as a store of coverage that is reported`, () => {
    test('counts are reported twice, not at all, or outside the chain of reports', async () => {
      const store = await openAt('reporting', { withholdBelow: 10 });
      await store.add({ id: 'a', minutes: [{ minute: 5, groups: [passes(3)] }] });
      const drafts: ReportDraft[] = [];
      const seal = (nowS: number) =>
        store.seal('gateway:440000', nowS, 5, (draft) => {
          drafts.push(draft);
          return JSON.stringify(draft);
        });
      await seal(1_000);
      await seal(1_004);
      await store.add({ id: 'b', minutes: [{ minute: 6, groups: [passes(2)] }] });
      await seal(1_005);
      await seal(1_010);
      expect(drafts.map(({ number, fromS, minutes }) => [number, fromS, minutes])).toEqual([
        [1, 1_000, [{ minute: 5, groups: [passes(3)] }]],
        [2, 1_000, [{ minute: 6, groups: [passes(2)] }]],
        [3, 1_005, []],
      ]);
      const known = { epoch: drafts[0]?.epoch ?? '', number: 1 };
      const kept = await store.reportsAfter('gateway:440000', known, 8);
      expect(kept.map(({ number }) => number)).toEqual([2, 3]);
      expect(await store.reportsAfter('gateway:440000', { ...known, epoch: null }, 1)).toHaveLength(1);
      expect(await store.reportsAfter('issuer:440000', known, 8)).toEqual([]);
      expect(new Set(drafts.map(({ previous }) => previous)).size).toBe(3);
      await store.close();
    });

    test('a node that counts what nobody can have counted makes what others counted unreadable', async () => {
      const store = await openAt('absurd', { withholdBelow: 10 });
      const epoch = randomBytes(16).toString('base64url');
      const ms = { 'ms:3': Number.MAX_SAFE_INTEGER };
      const absurd = { ...passes(Number.MAX_SAFE_INTEGER) };
      const minutes = [{ minute: 100, groups: [{ ...absurd, counts: { ...absurd.counts, ...ms } }] }];
      const chain = { iss: NODE, iat: 6_000, from: 6_000, epoch, breakers: [] };
      for (const number of [1, 2, 3]) {
        const report: CoverageReport = { ...chain, number, previous: number === 1 ? null : '-'.repeat(43), minutes };
        expect(await store.fold({ report, digest: '-'.repeat(43), receivedS: 7_000 + number })).toBe('next');
      }
      await store.add({ id: 'honest', minutes: [{ minute: 101, groups: [passes(12)] }] });
      expect((await passedAt(store, 100, 1)).at(-1)).toEqual([101, 12]);
      const sums = await passedAt(store, -1, 1_440);
      expect(sums.every(([, counted = 0]) => Number.isSafeInteger(5_000 * counted))).toBe(true);
      await store.close();
    });

    test('a node that begins anew with each report is remembered with all of them, or its last one is forgotten', async () => {
      const store = await openAt('anew', { withholdBelow: 1 });
      const epochs = Array.from({ length: MOST_EPOCHS + 3 }, () => randomBytes(16).toString('base64url'));
      const digest = '-'.repeat(43);
      const fold = (epoch: string, at: number) => {
        const made = { iss: NODE, iat: 6_000 + at, from: 6_000, breakers: [], minutes: [] };
        return store.fold({ report: { ...made, epoch, number: 1, previous: null }, digest, receivedS: 7_000 + at });
      };
      for (const [at, epoch] of epochs.entries()) await fold(epoch, at);
      expect((await store.senders()).map(({ epoch }) => epoch)).toEqual(epochs.slice(-MOST_EPOCHS));
      expect(await fold(epochs.at(-1) ?? '', 200)).toBe('known');
      await store.close();
    });

    test('a report is counted twice, out of its order or against the one before it', async () => {
      const store = await openAt('folding', { withholdBelow: 1 });
      const epoch = randomBytes(16).toString('base64url');
      const digest = (text: string) => text.padEnd(43, '-');
      const reportOf = (
        number: number,
        previous: string | null,
        more: Partial<CoverageReport> = {},
      ): CoverageReport => {
        const minutes = [{ minute: 100 + number, groups: [passes(1)] }];
        return { iss: NODE, iat: 6_000 + number, from: 6_000, epoch, number, previous, minutes, breakers: [], ...more };
      };
      let receivedS = 7_000;
      const fold = async (report: CoverageReport, name: string) => {
        receivedS += 1;
        const judged = await store.fold({ report, digest: digest(name), receivedS });
        return [judged, (await passedAt(store, -1, 1_000_000)).reduce((sum, [, n = 0]) => sum + n, 0)];
      };
      expect(await fold(reportOf(1, null), 'one')).toEqual(['next', 1]);
      expect(await fold(reportOf(1, null), 'one')).toEqual(['known', 1]);
      expect(await fold(reportOf(1, null), 'other')).toEqual(['fork', 1]);
      expect((await store.senders()).map(({ number, fault }) => [number, fault])).toEqual([[1, 'fork']]);
      expect(await fold(reportOf(2, digest('other')), 'two')).toEqual(['fork', 1]);
      const breakers = [{ province: '410000', since: 6_001 } as const];
      expect(await fold(reportOf(2, digest('one'), { breakers }), 'two')).toEqual(['next', 2]);
      expect((await store.senders()).map((sender) => [sender.fault, sender.breakers])).toEqual([[null, breakers]]);
      expect(await fold(reportOf(4, digest('three')), 'four')).toEqual(['gap', 3]);
      const anew = randomBytes(16).toString('base64url');
      expect(await fold(reportOf(1, null, { epoch: anew }), 'anew')).toEqual(['restarted', 4]);
      expect(await fold(reportOf(5, digest('four')), 'five')).toEqual(['known', 4]);
      const seen = (await store.senders()).map((sender) => [sender.epoch, sender.gaps, sender.gapS, sender.restartedS]);
      expect(seen).toEqual([
        [epoch, 1, 7_006, 7_007],
        [anew, 0, 7_006, 7_007],
      ]);
      await store.close();
    });
  });
}
