import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PassStore } from '../passes/pass-store.ts';
import { openSqlitePasses } from '../passes/store-sqlite.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import type { StoreErrorCode } from './store-error.ts';
import { StoreWatch } from './store-watch.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 20 };
const EXP_S = 2_000_000_000;
const BASIS = { province: '410000', mandate: 'a-mandate' } as const;

let folder: string;
let path: string;
let watch: StoreWatch<PassStore>;
let changes: (StoreErrorCode | null)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-watch-'));
  path = join(folder, 'passes.sqlite');
  changes = [];
});
afterEach(async () => {
  await watch.close();
  rmSync(folder, { recursive: true, force: true });
});

function begin(): void {
  watch = new StoreWatch({
    open: () => openSqlitePasses(path),
    onChange: (failure) => changes.push(failure?.code ?? null),
  });
}

async function fill(passes: number): Promise<void> {
  const store = await openSqlitePasses(path);
  for (let n = 0; n < passes; n += 1) await store.take(EXP_S, BASIS, 'handle-1');
  await store.close();
}

const SPOILERS: Readonly<Record<string, { readonly code: StoreErrorCode; readonly spoil: () => Promise<void> }>> = {
  'is no database': { code: 'damaged', spoil: async () => writeFileSync(path, 'no database'.repeat(500)) },
  'was cut short': {
    code: 'damaged',
    spoil: async () => {
      await fill(600);
      truncateSync(path, 5_000);
    },
  },
  'cannot be written': { code: 'unwritable', spoil: async () => mkdirSync(path) },
  'is from a newer version': {
    code: 'newer_schema',
    spoil: async () => {
      await fill(1);
      const db = new DatabaseSync(path);
      db.exec(`INSERT INTO huren_migration (store, number) VALUES ('passes', 99)`);
      db.close();
    },
  },
};

describe('a file', () => {
  test.each(Object.entries(SPOILERS))('that %s stays unusable when it has been moved away', async (_what, bad) => {
    await bad.spoil();
    begin();
    await expect(watch.use((store) => store.take(EXP_S, BASIS, 'handle-1'))).rejects.toMatchObject({
      code: bad.code,
      message: expect.stringContaining(path),
    });
    expect(watch.failure?.code).toBe(bad.code);
    renameSync(path, `${path}.away`);
    await vi.waitFor(() => expect(watch.failure).toBeNull(), WITHIN);
    expect(await watch.use((store) => store.take(EXP_S, BASIS, 'handle-1'))).toMatchObject({
      list: expect.any(String),
    });
    expect(changes).toEqual([bad.code, null]);
  });

  test('that is spoilt while it is used is not told, or not let go of', async () => {
    await fill(1);
    begin();
    await watch.use((store) => store.take(EXP_S, BASIS, 'handle-1'));
    const db = new DatabaseSync(path);
    db.exec('DROP TABLE taken; DROP TABLE list; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    writeFileSync(path, 'no database'.repeat(2_000));
    await expect(watch.use((store) => store.take(EXP_S, BASIS, 'handle-1'))).rejects.toMatchObject({
      name: 'StoreError',
    });
    await vi.waitFor(() => expect(watch.failure?.code).toBe('damaged'), WITHIN);
    rmSync(path);
    for (const beside of ['-wal', '-shm']) rmSync(`${path}${beside}`, { force: true });
    await vi.waitFor(() => expect(watch.failure).toBeNull(), WITHIN);
    await watch.use((store) => store.take(EXP_S, BASIS, 'handle-1'));
  });

  test('that is away keeps whoever asks waiting, or is tried by everybody who asks', async () => {
    mkdirSync(path);
    let tries = 0;
    watch = new StoreWatch({
      open: () => {
        tries += 1;
        return openSqlitePasses(path);
      },
      onChange: () => {},
    });
    const asked = Array.from({ length: 200 }, () => watch.use((store) => store.lists()));
    await Promise.allSettled(asked);
    for (let n = 0; n < 200; n += 1) await watch.use((store) => store.lists()).catch(() => null);
    expect(tries).toBeLessThan(10);
    rmdirSync(path);
    await vi.waitFor(() => expect(watch.failure).toBeNull(), WITHIN);
  });

  test('is opened again after it was closed for good', async () => {
    begin();
    await watch.use((store) => store.lists());
    await watch.close();
    await expect(watch.use((store) => store.lists())).rejects.toMatchObject({ code: 'closed' });
  });
});
