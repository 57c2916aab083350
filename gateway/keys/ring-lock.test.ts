import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { killAtExit } from '../test/kill-at-exit.ts';
import { holdingLock } from './ring-lock.ts';

const WRITER = join(import.meta.dirname, 'ring-lock.writer.ts');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own, once it says that it is at work. */
async function begin(...argv: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WRITER, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  killAtExit(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

describe('the lock of a ring', () => {
  test('of a process that died is taken by two waiters at once, or holds them up for ever', async () => {
    const [lock, file] = [join(folder, 'ring.lock'), join(folder, 'count')];
    writeFileSync(file, '0');
    const holder = await begin('hold', lock);
    const waiters = await Promise.all(['50', '50', '50'].map((times) => begin('count', lock, file, times)));
    const ends = waiters.map(async (waiter) => await once(waiter, 'exit'));
    // However old the lock looks, it is held as long as its holder lives.
    utimesSync(lock, 0, 0);
    expect(readFileSync(file, 'utf8')).toBe('0');
    holder.kill('SIGKILL');
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    expect(readFileSync(file, 'utf8')).toBe('150');
  });

  test('lets two callers of one process in together, or stays taken after a failure', async () => {
    const lock = join(folder, 'ring.lock');
    let inside = 0;
    let most = 0;
    const enter = async () => {
      await holdingLock(lock, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        throw new Error('what it held the lock for');
      });
    };
    const ended = await Promise.allSettled(Array.from({ length: 5 }, enter));
    expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
    expect(most).toBe(1);
  });
});
