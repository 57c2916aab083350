import { afterEach, describe, expect, test } from 'vitest';
import { StoreWatch } from '../stores/store-watch.ts';
import { CoverageBook } from './coverage-book.ts';
import type { CountedAnswer } from './coverage-rows.ts';
import type { CoverageStore } from './coverage-store.ts';

const AT_MS = Date.UTC(2026, 0, 1, 12);

export function answerAt(atMs: number, more: Partial<CountedAnswer> = {}): CountedAnswer {
  return {
    issuer: '410000',
    destination: '440000',
    status: 'green',
    decision: 'pass',
    stale: false,
    reasons: ['ok'],
    tookMs: 7,
    atMs,
    ...more,
  };
}

/** What every coverage store owes, run against each of them for real. `open` opens the same place again and again. */
export function coverageStoreContract(name: string, open: () => Promise<CoverageStore>): void {
  describe(`${name} as a coverage store`, () => {
    const opened: { readonly book: CoverageBook; readonly store: StoreWatch<CoverageStore> }[] = [];
    const clock = { nowMs: AT_MS };
    let shiftMs = 0;
    async function book(): Promise<CoverageBook> {
      const store = new StoreWatch({ open, onChange: () => {} });
      const made = new CoverageBook({ store, nowMs: () => clock.nowMs });
      opened.push({ book: made, store });
      return made;
    }
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
        p50_ms: 10,
        p95_ms: 100,
      };
      expect(await a.cells(3_600_000)).toEqual([expected]);
      expect(await b.cells(3_600_000)).toEqual([expected]);
    });

    test('a batch that is sent again after a doubtful outcome counts twice', async () => {
      const store = await open();
      const minutes = [
        { minute: 500, rows: [{ issuer: '410000', destination: '110000', counter: 'presented', n: 5 } as const] },
      ];
      await store.add(`twice-${name}`, minutes);
      await store.add(`twice-${name}`, minutes);
      const sums = await store.sumsAfter(499);
      expect(sums.find(({ destination }) => destination === '110000')?.n).toBe(5);
      await store.forgetBefore(501);
      await store.close();
    });

    test('what was not sent yet is missing, or counted twice while it is being sent', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs));
      const flushed = a.flush();
      a.counter.count(answerAt(clock.nowMs));
      expect((await a.cells(3_600_000)).map(({ presented }) => presented)).toEqual([2]);
      await flushed;
      expect((await a.cells(3_600_000)).map(({ presented }) => presented)).toEqual([2]);
    });

    test('a window shows what lies outside it', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs - 2 * 3_600_000));
      a.counter.count(answerAt(clock.nowMs));
      expect((await a.cells(3_600_000)).map(({ presented }) => presented)).toEqual([1]);
      expect((await a.cells(6 * 3_600_000)).map(({ presented }) => presented)).toEqual([2]);
    });

    test('closing loses what was counted', async () => {
      const a = await book();
      a.counter.count(answerAt(clock.nowMs));
      await a.close();
      const b = await book();
      expect((await b.cells(3_600_000)).map(({ presented }) => presented)).toEqual([1]);
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
      expect((await first?.cells(3_600_000))?.map(({ presented }) => presented)).toEqual([15, 15, 15]);
    });
  });
}
