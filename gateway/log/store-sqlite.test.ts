import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { LogError } from './log-error.ts';
import { numbered, storeContract } from './store.contract.ts';
import { openSqliteReader, openSqliteStore } from './store-sqlite.ts';

const WRITER = join(import.meta.dirname, 'store.writer.ts');

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-log-'));
  path = join(folder, 'log.db');
  return () => rmSync(folder, { recursive: true });
});

storeContract('sqlite', async () => {
  const file = path;
  return { open: async () => openSqliteStore(file) };
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    if (cause instanceof LogError) return cause.code;
    throw cause;
  }
  return 'opened';
}

describe('the sqlite file', () => {
  test('two writers in one process share a log', async () => {
    const store = openSqliteStore(path);
    expect(codeOf(() => openSqliteStore(path))).toBe('locked');
    await store.append(numbered(1));
    await store.close();
    const next = openSqliteStore(path);
    expect((await next.head()).size).toBe(1);
    await next.close();
  });

  test('a second process writes, or is not told why it may not', async () => {
    const store = openSqliteStore(path);
    const second = spawnSync(process.execPath, [WRITER, 'sqlite', path, 'second', '1'], { encoding: 'utf8' });
    await store.close();
    expect([second.status, second.stdout]).toEqual([3, 'refused locked\n']);
    const after = spawnSync(process.execPath, [WRITER, 'sqlite', path, 'after', '1'], { encoding: 'utf8' });
    expect([after.status, after.stdout.split(' ')[0]]).toEqual([0, 'stored']);
  });

  test('an audit has to wait for the writer to stop', async () => {
    const store = openSqliteStore(path);
    await store.append(numbered(3));
    const reader = openSqliteReader(path);
    await store.append(numbered(2, 3));
    expect(await reader.read(0, 5)).toEqual(numbered(5));
    await reader.close();
    await store.close();
  });

  test('an audit of a log that is not there makes one', () => {
    expect(codeOf(() => openSqliteReader(path))).toBe('unavailable');
  });

  test('a file that is no database, or of a newer version, is opened', () => {
    writeFileSync(path, 'no database'.repeat(100));
    expect(codeOf(() => openSqliteStore(path))).toBe('corrupt');
    const newer = join(folder, 'newer.db');
    const db = new DatabaseSync(newer);
    db.exec(
      `CREATE TABLE huren_migration (store TEXT, number INTEGER); INSERT INTO huren_migration VALUES ('log', 99)`,
    );
    db.close();
    expect(codeOf(() => openSqliteStore(newer))).toBe('newer_schema');
  });

  test('a refused opening keeps the lock', () => {
    writeFileSync(path, 'no database'.repeat(100));
    expect(codeOf(() => openSqliteStore(path))).toBe('corrupt');
    rmSync(path);
    expect(codeOf(() => void openSqliteStore(path).close())).toBe('opened');
  });

  test('a log whose head was deleted starts again over its own entries', async () => {
    const store = openSqliteStore(path);
    await store.append(numbered(3));
    await store.close();
    const db = new DatabaseSync(path);
    db.exec('DELETE FROM head');
    db.close();
    const again = openSqliteStore(path);
    await expect(again.append(numbered(1))).rejects.toMatchObject({ code: 'corrupt' });
    await again.close();
  });

  test('a log whose rows lie beyond its head is written over', async () => {
    const store = openSqliteStore(path);
    await store.append(numbered(4));
    const db = new DatabaseSync(path);
    db.exec(`UPDATE head SET size = 0, peaks = x''`);
    db.close();
    await expect(store.append(numbered(1))).rejects.toMatchObject({ code: 'corrupt' });
    await store.close();
  });
});
