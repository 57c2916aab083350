import cluster from 'node:cluster';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { startWorkers } from './workers.ts';

const EXEC = new URL('./workers.fixture.ts', import.meta.url);
const SETTINGS = {
  HUREN_PORT: '0',
  HUREN_WORKERS: '2',
  HUREN_ENTITY_ID: 'https://huren.example',
  HUREN_REDIS_URL: 'redis://127.0.0.1:9',
  HUREN_CACHE_SECRET: 'a-secret-of-the-tests-that-is-long-enough-0123456789',
  HUREN_DATABASE_URL: 'postgres://huren@127.0.0.1:9/huren',
  HUREN_LOG_LEVEL: 'silent',
};

const alive = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);

test('a new process that is not ready goes for an old one all the same, or nobody hears why the restart ended', async () => {
  const workers = await startWorkers(readConfig(SETTINGS), { exec: EXEC, payload: null });
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
