import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE_MS, PATIENTLY } from '../test/patience.ts';
import { tempFolder } from '../test/registry-site.fixture.ts';
import { type Child, type ChildLimits, startChild } from './start-child.ts';

const FILE = new URL('./start-child.fixture.ts', import.meta.url);
const SOON: ChildLimits = { tickMs: 50, readyWithinMs: PATIENCE_MS, stopWithinMs: 2_000, killedWithinMs: 1_000 };

const children: Child<string>[] = [];
const heard: unknown[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()));
  heard.splice(0);
});

function start(behaviour: string, limits: Partial<ChildLimits> = {}, onWaiting?: (waitedMs: number) => void) {
  const child = startChild({
    name: 'the child',
    file: FILE,
    message: { behaviour },
    read: (message) => {
      const { text } = Object(message);
      heard.push(text);
      return text === 'ready' ? { ready: 'ready' } : { failed: 'its own reason' };
    },
    limits: { ...SOON, ...limits },
    ...(onWaiting === undefined ? {} : { onWaiting }),
  });
  children.push(child);
  return child;
}

function runs({ pid }: Child<string>): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a child', () => {
  test('that is ready is not, or outlives its stop', async () => {
    const child = start('ready');
    expect(await child.ready).toBe('ready');
    expect(runs(child)).toBe(true);
    await child.stop();
    expect(runs(child)).toBe(false);
  });

  test('that answers after the time-out undoes the clean-up: its end is never heard', async () => {
    const child = start('late', { readyWithinMs: 100, stopWithinMs: 60_000 });
    await expect(child.ready).rejects.toThrow('the child was not ready within 0.1 s');
    await vi.waitFor(() => expect(heard).toEqual(['ready']), { timeout: PATIENCE_MS, interval: 20 });
    await child.stop();
    expect(runs(child)).toBe(false);
  });

  test('that never answers is waited for without an end, or without a word', async () => {
    const waited: number[] = [];
    const child = start('silent', { readyWithinMs: 200 }, (ms) => waited.push(ms));
    await expect(child.ready).rejects.toThrow('the child was not ready within 0.2 s');
    expect(waited).toEqual([50, 100, 150]);
    await child.stop();
    expect(runs(child)).toBe(false);
  });

  test('that dies is waited for until the time-out', async () => {
    const child = start('dying', { readyWithinMs: 60_000 });
    await expect(child.ready).rejects.toThrow('the child ended early (7)');
    await child.stop();
  });

  test('that fails keeps its reason to itself', async () => {
    const child = start('failing');
    await expect(child.ready).rejects.toThrow('the child failed: its own reason');
    await child.stop();
    expect(runs(child)).toBe(false);
  });

  test('takes back its first word by a second one', async () => {
    const child = start('twice');
    expect(await child.ready).toBe('ready');
  });

  test('that ignores SIGTERM is never stopped', async () => {
    const child = start('deaf', { readyWithinMs: 200, stopWithinMs: 100 });
    await expect(child.ready).rejects.toThrow();
    await child.stop();
    expect(runs(child)).toBe(false);
  });

  test('is stopped once alone: a second call waits for ever, or rejects', async () => {
    const child = start('ready');
    await Promise.all([child.stop(), child.stop()]);
    await child.stop();
    await expect(child.ready).rejects.toThrow('ended early');
  });

  test.runIf(process.platform === 'linux')('that was ready while its parent was stopped is given up', async () => {
    const saidIn = join(tempFolder(onTestFinished), 'said');
    const program = new URL('./start-child-parent.fixture.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, [program, saidIn], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const closed = once(parent, 'close');
    const said: string[] = [];
    parent.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    // Until the child has said so, however long it takes to start.
    await vi.waitFor(() => expect(existsSync(saidIn) || parent.exitCode !== null).toBe(true), PATIENTLY);
    parent.kill('SIGCONT');
    await closed;
    expect(said.join('')).toBe('ready\nstopped\n');
  });
});
