import { afterEach, expect, test, vi } from 'vitest';
import type { CoverageReport } from '../../schemas/coverage-report.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { CoverageBook, FLUSH_EVERY_MS, FORGET_EVERY } from './coverage-book.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const DAY_MINUTES = 24 * 60;
const NOW_MINUTE = 30_000 * 60;
const GROUP = { issuer: '410000', destination: '440000', venue_kind: 'hospital', counts: { 'reason:ok': 1 } } as const;

afterEach(() => vi.useRealTimers());

test('a monitor that counts no scan of its own keeps what it is told for good', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const store = new StoreWatch({
    open: () => openSqliteCoverage(':memory:', { withholdBelow: 1 }),
    onChange: () => {},
  });
  const book = new CoverageBook({ store, nowMs: () => NOW_MINUTE * 60_000 });
  const chain = { epoch: 'e'.repeat(22), number: 1, previous: null, breakers: [] };
  const minutes = [NOW_MINUTE - 401 * DAY_MINUTES, NOW_MINUTE - 1].map((minute) => ({ minute, groups: [GROUP] }));
  const report: CoverageReport = { iss: 'https://node.example', iat: 6_000, from: 6_000, ...chain, minutes };
  const kept = async () =>
    (await store.use((opened) => opened.series({ afterMinute: -1, venueKind: 'any' }, DAY_MINUTES))).length;
  await store.use((opened) => opened.fold({ report, digest: '-'.repeat(43), receivedS: 7_000 }));
  expect(await kept()).toBe(2);
  vi.advanceTimersByTime(FORGET_EVERY * FLUSH_EVERY_MS + FLUSH_EVERY_MS);
  await book.flush();
  expect(await kept()).toBe(1);
  await book.close();
  await store.close();
});
