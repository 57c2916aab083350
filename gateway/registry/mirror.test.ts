import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CompactRange } from '../log/compact-range.ts';
import { leafHash } from '../log/merkle.ts';
import type { LogStore } from '../log/store.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { EntriesToMirror } from './mirror.ts';

function emptyStore(): LogStore {
  const folder = mkdtempSync(join(tmpdir(), 'huren-mirror-'));
  const store = openSqliteStore(join(folder, 'log.sqlite'));
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

const entry = (index: number, length = 20) => Buffer.alloc(length, `entry ${index} `);

/** Takes note of entries in stretches of 256, as a catch-up does. */
function noted(count: number, length = 20): EntriesToMirror {
  const entries = new EntriesToMirror();
  const range = new CompactRange();
  for (let from = 0; from < count; from += 256) {
    const stretch = Array.from({ length: Math.min(256, count - from) }, (_, at) => entry(from + at, length));
    for (const bytes of stretch) range.append(leafHash(bytes));
    const root = range.root();
    entries.note({ from, entries: stretch, root: () => root });
  }
  return entries;
}

const never = async () => await Promise.reject(new Error('nothing is to be read again'));

test('a process that is overtaken stops, or writes entries twice', async () => {
  const store = emptyStore();
  let overtakes = 2;
  const shared = {
    head: () => store.head(),
    hashes: (nodes: Parameters<LogStore['hashes']>[0]) => store.hashes(nodes),
    // Another process writes between this one's look and its append.
    append: async (entries: readonly Uint8Array[], expectedSize?: number) => {
      if (overtakes > 0) await store.append([entry((await store.head()).size)]);
      overtakes -= 1;
      return await store.append(entries, expectedSize);
    },
  };
  await noted(300).writeTo(shared, never);
  expect(await store.read(0, 300)).toEqual(Array.from({ length: 300 }, (_, index) => new Uint8Array(entry(index))));
});

test('entries that another process wrote there are taken for the log’s', async () => {
  const store = emptyStore();
  await store.append([entry(0), entry(7)]);
  await expect(noted(3).writeTo(store, never)).rejects.toMatchObject({ code: 'registry_corrupt' });
});

test('more entries than fit in memory are kept there, or taken unseen when they are fetched again', async () => {
  const [count, length] = [1_300, 65_535];
  const entries = noted(count, length);
  const readAgain: number[] = [];
  const store = emptyStore();
  const forged = entries.writeTo(store, async (from, to) =>
    Array.from({ length: to - from }, (_, at) => entry(from + at + 1, length)),
  );
  await expect(forged).rejects.toMatchObject({ code: 'tiles_damaged' });
  expect((await store.head()).size).toBe(1_024);
  await entries.writeTo(store, async (from, to) => {
    readAgain.push(from);
    return Array.from({ length: to - from }, (_, at) => entry(from + at, length));
  });
  expect([(await store.head()).size, readAgain]).toEqual([count, [1_024, 1_280]]);
});
