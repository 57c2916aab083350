import { afterEach, describe, expect, test } from 'vitest';
import type { PassIndex, PassStore } from './pass-store.ts';

const NOW_S = 1_800_000_000;

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
      const takes = stores.flatMap((store) => Array.from({ length: 60 }, () => store.take(NOW_S + 60)));
      const taken = (await Promise.all(takes)).map(nameOf);
      expect(new Set(taken).size).toBe(180);
    });

    test('indexes are given in the order of issue, from which a holder could be followed', async () => {
      const [store] = await instances(1);
      const taken: number[] = [];
      for (let n = 0; n < 30; n += 1) taken.push((await store?.take(NOW_S))?.idx ?? -1);
      expect(taken).not.toEqual(taken.toSorted((a, b) => a - b));
    });

    test('what one instance withdrew is not in the list of another at once, or takes others with it', async () => {
      const [a, b] = await instances(2);
      if (a === undefined || b === undefined) throw new Error('none');
      const [first, second] = [await a.take(NOW_S + 60), await b.take(NOW_S + 60)];
      expect(await b.stateOf(first.list)).toEqual({ version: 0, withdrawn: [] });
      expect(await a.withdraw(first)).toBe(true);
      expect(await b.stateOf(first.list)).toEqual({ version: 1, withdrawn: [first.idx] });
      await Promise.all([a.withdraw(second), b.withdraw(second)]);
      const state = await a.stateOf(second.list);
      expect(state?.withdrawn).toContain(second.idx);
      expect(new Set((await b.stateOf(first.list))?.withdrawn).has(first.idx)).toBe(true);
    });

    test('a pass that nobody was given is withdrawn, or makes a list', async () => {
      const [store] = await instances(1);
      if (store === undefined) throw new Error('none');
      const { list, idx } = await store.take(NOW_S + 60);
      expect(await store.withdraw({ list, idx: (idx + 1) % 32_768 })).toBe(false);
      expect(await store.withdraw({ list: 'no-such-list', idx })).toBe(false);
      expect(await store.stateOf('no-such-list')).toBeNull();
      expect(await store.stateOf(list)).toEqual({ version: 0, withdrawn: [] });
      expect(await store.lists()).toEqual([list]);
    });

    test('a list goes before the last of its passes, or stays after it', async () => {
      const [a, b] = await instances(2);
      if (a === undefined || b === undefined) throw new Error('none');
      const { list } = await a.take(NOW_S + 120);
      await b.take(NOW_S + 60);
      await a.dropEnded(NOW_S + 119);
      expect(await b.stateOf(list)).not.toBeNull();
      await b.dropEnded(NOW_S + 120);
      expect([await a.stateOf(list), await a.lists()]).toEqual([null, []]);
      expect((await a.take(NOW_S + 180)).list).not.toBe(list);
    });

    test('a list is filled beyond the half of it', async () => {
      const [store] = await instances(1);
      if (store === undefined) throw new Error('none');
      const first = (await store.take(NOW_S + 60)).list;
      await place.leaveFree(first, 2);
      const lists = [];
      for (let n = 0; n < 3; n += 1) lists.push((await store.take(NOW_S + 60)).list);
      expect(lists).toEqual([first, first, expect.not.stringMatching(first)]);
    });

    test('withdrawing, taking and dropping at the same time lock one another out', async () => {
      const stores = await instances(3);
      const outcomes = await Promise.allSettled(
        stores.flatMap((store) =>
          Array.from({ length: 25 }, async () => {
            const index = await store.take(NOW_S);
            await store.dropEnded(NOW_S);
            await store.withdraw(index);
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
  });
}
