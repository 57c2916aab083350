import { afterEach, describe, expect, test } from 'vitest';
import { StoreWatch } from '../stores/store-watch.ts';
import { CoverageBook } from './coverage-book.ts';
import { ANY_KIND, type CountedAnswer, cellsOf } from './coverage-groups.ts';
import type { CoverageStore, CoverageTerms } from './coverage-store.ts';
import { SKETCH_ERROR } from './latency-sketch.ts';
import type { Counts } from './packed-counts.ts';

const AT_MS = Date.UTC(2026, 0, 1, 12);

export function answerAt(atMs: number, more: Partial<CountedAnswer> = {}): CountedAnswer {
  return {
    issuer: '410000',
    destination: '440000',
    status: 'green',
    decision: 'pass',
    venueKind: 'hospital',
    stale: false,
    reasons: ['ok'],
    cell: 'green/signed/province-signed/live/fresh/-/-',
    tookMs: 7,
    atMs,
    ...more,
  };
}

const GROUP = { issuer: '410000', destination: '440000', venue_kind: 'hospital' } as const;
const PASSED = 'answer:green:pass:live';

/** That many scans of one group that passed. */
export function passes(n: number) {
  return { ...GROUP, counts: { [PASSED]: n } };
}

/** All that a store shows after a minute, by stretches of time. Without them it is the same, but for minutes that are kept no more. */
async function sumsOf(store: CoverageStore, afterMinute: number, perMinutes: number) {
  const wish = { afterMinute, venueKind: ANY_KIND } as const;
  const series = (await store.series(wish, perMinutes)).map(({ minute, tally }) => [minute, tally.counts()] as const);
  const groups = await store.sums(wish);
  const passed = (counts: Counts) => counts[PASSED] ?? 0;
  const total = series.reduce((sum, [, counts]) => sum + passed(counts), 0);
  if (perMinutes > 1) expect(groups.reduce((sum, { tally }) => sum + passed(tally.counts()), 0)).toBe(total);
  return series;
}

/** By minute, how many scans are shown. */
export async function passedAt(store: CoverageStore, afterMinute: number, perMinutes: number) {
  const sums = await sumsOf(store, afterMinute, perMinutes);
  return sums.map(([minute, counts]) => [minute, counts[PASSED]] as const);
}

/** What every coverage store owes, run against each of them for real. `openAt` opens the same place again for a name. */
export function coverageStoreContract(
  name: string,
  openAt: (place: string, terms: CoverageTerms) => Promise<CoverageStore>,
): void {
  describe(`${name} as a coverage store`, () => {
    const opened: { readonly book: CoverageBook; readonly store: StoreWatch<CoverageStore> }[] = [];
    const open = () => openAt('shared', { withholdBelow: 1 });
    const clock = { nowMs: AT_MS };
    let shiftMs = 0;
    async function book(): Promise<CoverageBook> {
      const store = new StoreWatch({ open, onChange: () => {} });
      const made = new CoverageBook({ store, nowMs: () => clock.nowMs });
      opened.push({ book: made, store });
      return made;
    }
    const cells = async (one: CoverageBook, windowMs = 3_600_000) =>
      cellsOf(await one.groups(windowMs, { venueKind: ANY_KIND }));
    const presented = async (one: CoverageBook, windowMs?: number) =>
      (await cells(one, windowMs)).map((cell) => cell.presented);
    afterEach(async () => {
      for (const { book, store } of opened.splice(0)) {
        await book.close();
        await store.close();
      }
      // The next test looks at a day of its own.
      shiftMs += 3 * 86_400_000;
      clock.nowMs = AT_MS + shiftMs;
    });

    test('what instances counted is not added up', async () => {
      const [a, b] = [await book(), await book()];
      for (let n = 0; n < 3; n += 1) a.counter.count(answerAt(clock.nowMs));
      b.counter.count(
        answerAt(clock.nowMs, { status: 'red', decision: 'restrict', reasons: ['red_ground'], tookMs: 90 }),
      );
      await Promise.all([a.flush(), b.flush()]);
      const expected = {
        issuer: '410000',
        destination: '440000',
        presented: 4,
        green: 3,
        recognised: 3,
        restricted: 1,
        referred: 0,
        indeterminate: 0,
        stale: 0,
        reasons: { ok: 3, red_ground: 1 },
      };
      const [seen] = await cells(a);
      expect(seen).toMatchObject(expected);
      expect(Math.abs((seen?.p50_ms ?? 0) - 7) / 7).toBeLessThan(SKETCH_ERROR);
      expect(Math.abs((seen?.p95_ms ?? 0) - 90) / 90).toBeLessThan(SKETCH_ERROR);
      expect(await cells(b)).toEqual([seen]);
    });

    test('a batch that is sent again after a doubtful outcome counts twice', async () => {
      const store = await openAt('twice', { withholdBelow: 1 });
      const batch = { id: 'twice', minutes: [{ minute: 500, groups: [passes(5)] }] };
      await store.add(batch);
      await store.add(batch);
      expect(await sumsOf(store, 479, 60)).toEqual([[480, passes(5).counts]]);
      await store.close();
    });

    test('what was not sent yet is missing, or counted twice while it is being sent', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs));
      const flushed = a.flush();
      a.counter.count(answerAt(clock.nowMs));
      expect(await presented(a)).toEqual([2]);
      await flushed;
      expect(await presented(a)).toEqual([2]);
    });

    test('a window shows what lies outside it', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs - 2 * 3_600_000));
      a.counter.count(answerAt(clock.nowMs));
      expect(await presented(a)).toEqual([1]);
      expect(await presented(a, 6 * 3_600_000)).toEqual([2]);
    });

    test('closing loses what was counted', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs));
      await a.close();
      expect(await presented(await book())).toEqual([1]);
    });

    test('instances that add the same cells at once lock one another out', async () => {
      const books = await Promise.all([book(), book(), book()]);
      for (let round = 0; round < 5; round += 1) {
        for (const one of books) {
          for (const destination of ['110000', '310000', '440000'] as const) {
            one.counter.count(answerAt(clock.nowMs, { destination }));
          }
        }
        await Promise.all(books.map((one) => one.flush()));
      }
      const [first] = books;
      expect(first && (await presented(first))).toEqual([15, 15, 15]);
    });

    test('a group with few scans behind it is shown, or a part of one that has enough', async () => {
      const store = await openAt('withheld', { withholdBelow: 10 });
      const add = (id: string, minute: number, n: number) =>
        store.add({
          id,
          minutes: [{ minute, groups: [{ ...GROUP, counts: { [PASSED]: n, 'ms:48': n } }] }],
        });
      await add('nine', 100, 9);
      expect(await sumsOf(store, -1, 60)).toEqual([]);
      expect((await store.withheld()).map(({ counts }) => counts)).toEqual([{ [PASSED]: 9, 'ms:48': 9 }]);
      await add('one', 170, 1);
      expect(await sumsOf(store, -1, 60)).toEqual([[120, { [PASSED]: 10, 'ms:48': 10 }]]);
      expect(await store.withheld()).toEqual([]);
      await add('more', 171, 9);
      expect(await passedAt(store, -1, 60)).toEqual([[120, 10]]);
      await store.close();
    });

    test('what comes late for an hour that is over is missing from it, or what comes in time is in it twice', async () => {
      const store = await openAt('late', { withholdBelow: 1 });
      const add = (id: string, minute: number) => store.add({ id, minutes: [{ minute, groups: [passes(1)] }] });
      const everyWay = async () => [
        await passedAt(store, -1, 1),
        await passedAt(store, -1, 60),
        await passedAt(store, -1, 1_440),
        await passedAt(store, 100, 1_440),
      ];
      await add('first', 100);
      await add('later', 200);
      await add('late', 101);
      await add('last', 201);
      expect(await everyWay()).toEqual([
        [100, 101, 200, 201].map((minute) => [minute, 1]),
        [
          [60, 2],
          [180, 2],
        ],
        [[0, 4]],
        [[0, 3]],
      ]);
      await store.forget(300 * 60_000);
      expect((await everyWay()).map((rows) => rows.reduce((sum, [, n = 0]) => sum + n, 0))).toEqual([4, 4, 4, 3]);
      await store.close();
    });

    test('a window that was looked at before misses what came late since, here or by another instance', async () => {
      const stores = [await openAt('watched', { withholdBelow: 1 }), await openAt('watched', { withholdBelow: 1 })];
      const [here, other] = stores;
      const add = (by: CoverageStore | undefined, id: string, minute: number) =>
        by?.add({ id, minutes: [{ minute, groups: [passes(1)] }] });
      const seen = async () =>
        await Promise.all(
          [1, 60].flatMap((perMinutes) =>
            stores.map(async (store) => (await passedAt(store, 50, perMinutes)).reduce((sum, [, n = 0]) => sum + n, 0)),
          ),
        );
      await add(here, 'first', 100);
      await add(here, 'newest', 200);
      expect(await seen()).toEqual([2, 2, 2, 2]);
      await add(here, 'fresh', 199);
      expect(await seen()).toEqual([3, 3, 3, 3]);
      await add(other, 'late', 101);
      expect(await seen()).toEqual([4, 4, 4, 4]);
      await add(here, 'later', 400);
      expect(await seen()).toEqual([5, 5, 5, 5]);
      for (const store of stores) await store.close();
    });

    test('minutes are forgotten with their hour, or an hour while it could be asked for', async () => {
      const store = await openAt('forgetting', { withholdBelow: 1 });
      const DAY = 24 * 60;
      const now = 30_000 * 60;
      const add = (id: string, minute: number) => store.add({ id, minutes: [{ minute, groups: [passes(1)] }] });
      for (const minute of [now - 401 * DAY, now - 8 * DAY + 1, now - 8 * DAY + 59, now - DAY + 7]) {
        await add(String(minute), minute);
      }
      await store.forget(now * 60_000);
      const agoOf = async (perMinutes: number) =>
        (await passedAt(store, -1, perMinutes)).map(([minute, n]) => [minute - now, n]);
      expect(await agoOf(1)).toEqual([[-DAY + 7, 1]]);
      expect(await agoOf(60)).toEqual([
        [-8 * DAY, 2],
        [-DAY, 1],
      ]);
      await store.close();
    });
  });
}
