import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../test/registry-site.fixture.ts';
import { startIdleWorkers, TWO_WORKERS } from './two-workers.fixture.ts';
import type { WorkerMessage } from './worker-messages.ts';

const SILENT = { ...TWO_WORKERS, HUREN_LOG_LEVEL: 'silent' };
const READY: WorkerMessage = { type: 'ready', url: 'http://127.0.0.1:1' };
const RESPAWN_AFTER_MS = 500;

const alive = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);

test('a new process that is not ready goes for an old one all the same, or nobody hears why the restart ended', async () => {
  const workers = await startIdleWorkers(SILENT, null);
  try {
    const before = alive();
    expect(before.length).toBe(2);
    const restarts = [workers.restart(), workers.restart()];
    for (const restart of restarts) await expect(restart).rejects.toThrow('not ready within 30 s: chain_unverified');
    expect(alive()).toEqual(before);
  } finally {
    await workers.close();
  }
});

describe('a worker that dies about the time of a restart', () => {
  /** Two that are ready. Whoever comes after them is ready when the test says so, and a while passes when it says so. */
  async function startHeld() {
    const file = join(tempFolder(onTestFinished), 'fault');
    const workers = await startIdleWorkers(SILENT, file);
    onTestFinished(() => workers.close());
    writeFileSync(file, 'held');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    return { workers, pids: alive() };
  }

  const forked = async (): Promise<Worker> => (await once(cluster, 'fork'))[0];
  const gone = () => once(cluster, 'exit');
  const aWhile = () => vi.advanceTimersByTimeAsync(RESPAWN_AFTER_MS);
  const kill = async (pid = 0) => {
    const left = gone();
    process.kill(pid, 'SIGKILL');
    await left;
  };

  test('before it is replaced while another one starts in its place, and both of them stay', async () => {
    const { workers, pids } = await startHeld();
    await kill(pids[0]);
    const respawned = forked();
    await aWhile();
    const starting = await respawned;
    const [successor, restarting] = [forked(), workers.restart()];
    const left = gone();
    (await successor).send(READY);
    await left;
    // What a restart that does not wait does next, it has done by then.
    await new Promise(setImmediate);
    expect(alive()).toEqual([starting.process.pid, (await successor).process.pid]);
    const last = forked();
    starting.send(READY);
    (await last).send(READY);
    await restarting;
    await aWhile();
    expect(alive()).toEqual([(await successor).process.pid, (await last).process.pid]);
  });

  test('while its successor starts gets another one beside that', async () => {
    const { workers, pids } = await startHeld();
    const [successor, restarting] = [forked(), workers.restart()];
    await successor;
    await kill(pids[0]);
    await aWhile();
    expect(alive()).toEqual([pids[1], (await successor).process.pid]);
    const last = forked();
    (await successor).send(READY);
    (await last).send(READY);
    await restarting;
    expect(alive()).toEqual([(await successor).process.pid, (await last).process.pid]);
  });

  test('while its successor starts gets none where that one fails', async () => {
    const { workers, pids } = await startHeld();
    const [successor, restarting] = [forked(), workers.restart()];
    await successor;
    await kill(pids[0]);
    const another = forked();
    (await successor).send({ type: 'failed', reason: 'no' } satisfies WorkerMessage);
    await expect(restarting).rejects.toThrow('no');
    (await another).send(READY);
    await aWhile();
    expect(alive()).toEqual([pids[1], (await another).process.pid]);
  });
});
