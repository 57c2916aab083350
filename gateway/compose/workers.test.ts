import cluster from 'node:cluster';
import { expect, test } from 'vitest';
import { startIdleWorkers, TWO_WORKERS } from './two-workers.fixture.ts';

const alive = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);

test('a new process that is not ready goes for an old one all the same, or nobody hears why the restart ended', async () => {
  const workers = await startIdleWorkers({ ...TWO_WORKERS, HUREN_LOG_LEVEL: 'silent' }, null);
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
