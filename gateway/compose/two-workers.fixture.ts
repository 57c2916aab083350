import { readConfig } from './config.ts';
import { startWorkers, type Workers } from './workers.ts';

const EXEC = new URL('./workers.fixture.ts', import.meta.url);

/** Settings of a gateway of two processes. What they share is at a port where nobody listens: nobody asks for it. */
export const TWO_WORKERS: Readonly<Record<string, string>> = {
  HUREN_PORT: '0',
  HUREN_WORKERS: '2',
  HUREN_ENTITY_ID: 'https://huren.example',
  HUREN_REDIS_URL: 'redis://127.0.0.1:9',
  HUREN_CACHE_SECRET: 'a-secret-of-the-tests-that-is-long-enough-0123456789',
  HUREN_DATABASE_URL: 'postgres://huren@127.0.0.1:9/huren',
};

/** Starts workers that serve nothing. Where a file of that name is there, none can be started, for the reason in it. */
export function startIdleWorkers(env: NodeJS.ProcessEnv, faultFile: string | null): Promise<Workers> {
  return startWorkers(readConfig(env), { exec: EXEC, payload: faultFile });
}
