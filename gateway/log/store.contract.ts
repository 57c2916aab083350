import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { consistencyProof, inclusionProof, treeRoot } from './merkle-proof.ts';
import type { LogStore } from './store.ts';

/** One empty store of the kind under test, which can be opened again after it was closed. */
export type StoreUnderTest = { readonly open: () => Promise<LogStore> };

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function numbered(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => bytes(`entry ${from + at}`));
}

/** Resolves with the first size that reaches `size`. */
export function sizeReached(store: LogStore, size: number): Promise<number> {
  const reached = Promise.withResolvers<number>();
  const stop = store.subscribe((seen) => {
    if (seen >= size) reached.resolve(seen);
  });
  return reached.promise.finally(stop);
}

/** What every store has to keep to, whatever it stores in. */
export function storeContract(kind: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the ${kind} store`, () => {
    let reopen: () => Promise<LogStore>;
    let store: LogStore;

    beforeEach(async () => {
      const under = await make();
      reopen = async () => {
        const opened = await under.open();
        onTestFinished(() => opened.close());
        return opened;
      };
      store = await under.open();
      return () => store.close();
    });

    test('an empty log has entries or another root than the empty tree', async () => {
      expect(await store.head()).toEqual({ size: 0, root: await treeRoot(0, (nodes) => store.hashes(nodes)) });
      expect(await store.read(0, 0)).toEqual([]);
      expect(await store.inventory()).toMatchObject({ size: 0, entries: 0, hashes: 0 });
    });

    test('what was appended does not come back in order, byte for byte', async () => {
      const first = await store.append(numbered(3));
      const second = await store.append([new Uint8Array(0), Uint8Array.from([0, 255, 10, 0])]);
      expect([first.firstIndex, first.size, second.firstIndex, second.size]).toEqual([0, 3, 3, 5]);
      expect(await store.read(0, 5)).toEqual([...numbered(3), new Uint8Array(0), Uint8Array.from([0, 255, 10, 0])]);
      expect(await store.read(2, 4)).toEqual([bytes('entry 2'), new Uint8Array(0)]);
      expect(await store.head()).toEqual({ size: second.size, root: second.root });
    });

    test('what was appended is gone after closing and opening', async () => {
      const { root } = await store.append(numbered(9));
      await store.close();
      const again = await reopen();
      expect(await again.head()).toEqual({ size: 9, root });
      expect((await again.append(numbered(1, 9))).firstIndex).toBe(9);
    });

    test('proofs from the stored hashes do not verify', async () => {
      const roots = [];
      for (let size = 1; size <= 21; size += 1) roots.push((await store.append(numbered(1, size - 1))).root);
      const [size, root] = [21, roots[20] ?? new Uint8Array(0)];
      const readHashes = store.hashes.bind(store);
      for (const [index, root1] of roots.entries()) {
        const leaf = leafHash(bytes(`entry ${index}`));
        const proof = await inclusionProof({ index, size }, readHashes);
        expect(verifyInclusion({ index, size, leafHash: leaf, proof, root })).toBe(true);
        const between = await consistencyProof({ size1: index + 1, size2: size }, readHashes);
        expect(verifyConsistency({ size1: index + 1, size2: size, proof: between, root1, root2: root })).toBe(true);
      }
    });

    test('a writer who saw an older log appends all the same', async () => {
      await store.append(numbered(2), 0);
      await expect(store.append(numbered(1), 0)).rejects.toMatchObject({ code: 'log_conflict' });
      await expect(store.append(numbered(1), 3)).rejects.toMatchObject({ code: 'log_conflict' });
      expect((await store.append(numbered(1, 2), 2)).size).toBe(3);
    });

    test('one bad entry leaves the others of its append behind', async () => {
      const tooLarge = new Uint8Array(65_536);
      await expect(store.append([...numbered(2), tooLarge])).rejects.toMatchObject({ code: 'entry_too_large' });
      expect(await store.inventory()).toMatchObject({ size: 0, entries: 0, hashes: 0 });
      expect((await store.append([new Uint8Array(65_535).fill(1)])).size).toBe(1);
    });

    test('appends made without waiting overtake one another', async () => {
      const done = await Promise.all(numbered(30).map((entry) => store.append([entry])));
      expect(done.map(({ firstIndex }) => firstIndex)).toEqual(Array.from({ length: 30 }, (_, at) => at));
      expect(await store.read(0, 30)).toEqual(numbered(30));
    });

    test('a large append is stored otherwise than entry by entry', async () => {
      const { root } = await store.append(numbered(700));
      expect(await treeRoot(700, (nodes) => store.hashes(nodes))).toEqual(root);
      expect(await store.inventory()).toMatchObject({ size: 700, entries: 700, hashes: 1394 });
    });

    test('a range or hash the tree does not have is answered', async () => {
      await store.append(numbered(3));
      for (const [from, to] of [
        [0, 4],
        [-1, 2],
        [2, 1],
        [0.5, 1],
        [4, 4],
      ] as const) {
        await expect(store.read(from, to), `${from} to ${to}`).rejects.toMatchObject({ code: 'out_of_range' });
      }
      await expect(store.hashes([{ level: 1, index: 1 }])).rejects.toMatchObject({ code: 'corrupt' });
    });

    test('a checkpoint takes the place of one its writer has not seen', async () => {
      expect(await store.loadCheckpoint('signed')).toBeUndefined();
      expect(await store.saveCheckpoint('signed', 'one', undefined)).toBe(true);
      expect(await store.saveCheckpoint('signed', 'two', undefined)).toBe(false);
      expect(await store.saveCheckpoint('signed', 'two', 'other')).toBe(false);
      expect(await store.saveCheckpoint('signed', 'two', 'one')).toBe(true);
      expect(await store.loadCheckpoint('signed')).toBe('two');
      expect(await store.loadCheckpoint('cosigned')).toBeUndefined();
    });

    test('a subscriber is not told the present size, then every growth, each once and upwards', async () => {
      await store.append(numbered(2));
      const seen: number[] = [];
      const reached = Promise.withResolvers<void>();
      const stop = store.subscribe((size) => {
        seen.push(size);
        if (size === 5) reached.resolve();
      });
      await sizeReached(store, 2);
      await store.append(numbered(1));
      await store.append(numbered(2));
      await reached.promise;
      expect(seen).toEqual([2, 3, 5]);
      stop();
      await store.append(numbered(1));
      await sizeReached(store, 6);
      expect(seen).toEqual([2, 3, 5]);
    });

    test('a closed log hangs or answers', async () => {
      await store.close();
      await expect(store.head()).rejects.toMatchObject({ code: 'closed' });
      await expect(store.append(numbered(1))).rejects.toMatchObject({ code: 'closed' });
      await store.close();
    });
  });
}
