import { expect, test } from 'vitest';
import { ANY_KIND } from './coverage-groups.ts';
import type { CoverageStore } from './coverage-store.ts';
import { OlderStore, type Send } from './older-store.fixture.ts';
import type { RowsOf } from './statement.ts';

const PASSED = 'answer:green:pass:live';
const GROUP = { issuer: '410000', destination: '440000', venue_kind: 'hotel' } as const;
const TERMS = { withholdBelow: 10 };

/** One database, and both versions of the program on it. */
export interface SharedPlace {
  readonly open: (terms: typeof TERMS) => Promise<CoverageStore>;
  /** Brings the tables to where 0.1.0 has them, as its first start did. */
  readonly makeOlderTables: () => Promise<void>;
  readonly send: Send;
  readonly rowsOf: RowsOf;
}

async function presentedIn(store: CoverageStore): Promise<number> {
  const sums = await store.sums({ afterMinute: 1, venueKind: ANY_KIND });
  return sums.reduce((sum, { tally }) => sum + (tally.named.get(PASSED) ?? 0), 0);
}

/** What one database owes two versions that are a minor version apart, whichever came first. */
export function olderBesideContract(makePlace: () => Promise<SharedPlace>): void {
  test('counts of 0.1.0 that runs beside this version are lost, counted twice, or left out of a report', async () => {
    const { open, makeOlderTables, send, rowsOf } = await makePlace();
    await makeOlderTables();
    const older = await OlderStore.open(send, rowsOf);
    const counted = (n: number) => [{ minute: 126, ...GROUP, counter: PASSED, n }];
    await older.add('a', counted(11));
    const store = await open(TERMS);
    await store.add({ id: 'b', minutes: [{ minute: 126, groups: [{ ...GROUP, counts: { [PASSED]: 20 } }] }] });
    // The one that was open all along, and one that starts now.
    await older.add('c', counted(40));
    const restarted = await OlderStore.open(send, rowsOf);
    await restarted.add('c', counted(40));
    await restarted.add('d', counted(4));
    await store.takeOver();
    await restarted.add('e', counted(6));
    await store.takeOver();
    expect(await presentedIn(store)).toBe(81);
    const reported: unknown[] = [];
    await store.seal('gateway:440000', 1_000, 5, ({ minutes }) => {
      reported.push(minutes);
      return '{}';
    });
    expect(reported).toEqual([[{ minute: 126, groups: [{ ...GROUP, counts: { [PASSED]: 81 } }] }]]);
    await store.close();
  });

  test('a way back to 0.1.0 and forward again loses what either has counted', async () => {
    const { open, send, rowsOf } = await makePlace();
    const first = await open(TERMS);
    await first.add({ id: 'a', minutes: [{ minute: 126, groups: [{ ...GROUP, counts: { [PASSED]: 12 } }] }] });
    await first.close();
    const older = await OlderStore.open(send, rowsOf);
    await older.add('b', [{ minute: 127, ...GROUP, counter: PASSED, n: 30 }]);
    expect(await older.shown(PASSED)).toBe(30);
    const again = await open(TERMS);
    expect(await presentedIn(again)).toBe(42);
    await again.close();
  });
}
