import { afterEach, describe, expect, test } from 'vitest';
import type { PassIndex, PassStore } from './pass-store.ts';

const NOW_S = 1_800_000_000;
const BASIS = { province: '410000', mandate: 'a-mandate' } as const;
const OTHER = { province: '310000', mandate: 'a-mandate' } as const;

/** An empty place for passes. `leaveFree` has all but so many of a list's first half taken. */
interface Place {
  readonly open: () => Promise<PassStore>;
  readonly leaveFree: (list: string, free: number) => Promise<void>;
}

/** What every store of passes owes, run against each of them for real. */
export function passStoreContract(kind: string, makePlace: () => Promise<Place>): void {
  describe(`${kind} as a store of passes`, () => {
    const opened: PassStore[] = [];
    let place: Place;
    async function instances(count: number): Promise<PassStore[]> {
      place = await makePlace();
      const stores = await Promise.all(Array.from({ length: count }, () => place.open()));
      opened.push(...stores);
      return stores;
    }
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    const nameOf = ({ list, idx }: PassIndex) => `${list} ${idx}`;

    test('instances that take indexes at the same time are given one twice', async () => {
      const stores = await instances(3);
      const takes = stores.flatMap((store) =>
        Array.from({ length: 60 }, () => store.take(NOW_S + 60, BASIS, 'handle-1')),
      );
      const taken = (await Promise.all(takes)).map(nameOf);
      expect(new Set(taken).size).toBe(180);
    });

    test('indexes are given in the order of issue, from which a holder could be followed', async () => {
      const [store] = await instances(1);
      const taken: number[] = [];
      for (let n = 0; n < 30; n += 1) taken.push((await store?.take(NOW_S, BASIS, 'handle-1'))?.idx ?? -1);
      expect(taken).not.toEqual(taken.toSorted((a, b) => a - b));
    });

    test('what one instance withdrew is not in the list of another at once, or takes others with it', async () => {
      const [a, b] = await instances(2);
      if (a === undefined || b === undefined) throw new Error('none');
      const [first, second] = [
        await a.take(NOW_S + 60, BASIS, 'handle-1'),
        await b.take(NOW_S + 60, BASIS, 'handle-1'),
      ];
      expect(await b.stateOf(first.list)).toEqual({ version: 0, withdrawn: [], bases: [BASIS] });
      expect(await a.withdraw(first)).toBe(true);
      expect(await b.stateOf(first.list)).toEqual({ version: 1, withdrawn: [first.idx], bases: [BASIS] });
      await Promise.all([a.withdraw(second), b.withdraw(second)]);
      const state = await a.stateOf(second.list);
      expect(state?.withdrawn).toContain(second.idx);
      expect(new Set((await b.stateOf(first.list))?.withdrawn).has(first.idx)).toBe(true);
    });

    test('a changed status leaves one of its passes, or takes those of others or of another province', async () => {
      const [a, b] = await instances(2);
      if (a === undefined || b === undefined) throw new Error('none');
      const first = await a.take(NOW_S + 60, BASIS, 'handle-1');
      await place.leaveFree(first.list, 3);
      const others = [await b.take(NOW_S + 60, BASIS, 'handle-2'), await b.take(NOW_S + 60, OTHER, 'handle-1')];
      const again = await a.take(NOW_S + 60, BASIS, 'handle-1');
      await place.leaveFree(first.list, 0);
      const elsewhere = await a.take(NOW_S + 60, BASIS, 'handle-1');
      expect(elsewhere.list).not.toBe(first.list);
      await b.withdrawAbout('410000', 'handle-1');
      expect((await a.stateOf(first.list))?.withdrawn.toSorted()).toEqual([first.idx, again.idx].toSorted());
      expect(await a.stateOf(elsewhere.list)).toMatchObject({ version: 1, withdrawn: [elsewhere.idx] });
      await a.withdrawAbout('410000', null);
      expect((await b.stateOf(first.list))?.withdrawn).toHaveLength(3);
      expect((await b.stateOf(first.list))?.withdrawn).not.toContain(others[1]?.idx);
      await a.withdrawAbout('410000', null);
      expect((await b.stateOf(elsewhere.list))?.version).toBe(1);
    });

    test('what stands on a mandate or a province is not found, or found in another list', async () => {
      const [store] = await instances(1);
      if (store === undefined) throw new Error('none');
      const { list, idx } = await store.take(NOW_S + 60, BASIS, 'handle-1');
      const other = await store.take(NOW_S + 60, OTHER, 'handle-1');
      expect((await store.stateOf(list))?.bases).toEqual([BASIS, OTHER]);
      expect(await store.indexesOn(list, BASIS)).toEqual([idx]);
      expect(await store.indexesOn(list, OTHER)).toEqual([other.idx]);
      expect(await store.indexesOn(list, { ...BASIS, mandate: 'another' })).toEqual([]);
      expect(await store.indexesOn('no-such-list', BASIS)).toEqual([]);
    });

    test('a pass that nobody was given is withdrawn, or makes a list', async () => {
      const [store] = await instances(1);
      if (store === undefined) throw new Error('none');
      const { list, idx } = await store.take(NOW_S + 60, BASIS, 'handle-1');
      expect(await store.withdraw({ list, idx: (idx + 1) % 32_768 })).toBe(false);
      expect(await store.withdraw({ list: 'no-such-list', idx })).toBe(false);
      expect(await store.stateOf('no-such-list')).toBeNull();
      expect(await store.stateOf(list)).toEqual({ version: 0, withdrawn: [], bases: [BASIS] });
      expect(await store.lists()).toEqual([list]);
    });

    test('a list goes before the last of its passes, or stays after it', async () => {
      const [a, b] = await instances(2);
      if (a === undefined || b === undefined) throw new Error('none');
      const { list } = await a.take(NOW_S + 120, BASIS, 'handle-1');
      await b.take(NOW_S + 60, BASIS, 'handle-1');
      await a.dropEnded(NOW_S + 119);
      expect(await b.stateOf(list)).not.toBeNull();
      await b.dropEnded(NOW_S + 120);
      expect([await a.stateOf(list), await a.lists()]).toEqual([null, []]);
      expect((await a.take(NOW_S + 180, BASIS, 'handle-1')).list).not.toBe(list);
    });

    test('a list is filled beyond the half of it', async () => {
      const [store] = await instances(1);
      if (store === undefined) throw new Error('none');
      const first = (await store.take(NOW_S + 60, BASIS, 'handle-1')).list;
      await place.leaveFree(first, 2);
      const lists = [];
      for (let n = 0; n < 3; n += 1) lists.push((await store.take(NOW_S + 60, BASIS, 'handle-1')).list);
      expect(lists).toEqual([first, first, expect.not.stringMatching(first)]);
    });

    test('withdrawing, taking and dropping at the same time lock one another out', async () => {
      const stores = await instances(3);
      const outcomes = await Promise.allSettled(
        stores.flatMap((store) =>
          Array.from({ length: 25 }, async () => {
            const index = await store.take(NOW_S, BASIS, 'handle-1');
            await store.dropEnded(NOW_S);
            await store.withdraw(index);
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
  });
}
