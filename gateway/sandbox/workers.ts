import type { Config } from '../compose/config.ts';
import { programFile } from '../compose/program-file.ts';
import { addressOf, startWorkers, type Workers } from '../compose/workers.ts';
import { startProvinces } from './start.ts';

/** A sandbox of several processes on one port, with the simulated systems in one more. Throws ConfigError. */
export async function startSandboxWorkers(config: Config): Promise<Workers> {
  const settled = await addressOf(config);
  const child = await startProvinces(settled.config, config.entityId ?? settled.url);
  try {
    const exec = programFile(new URL('./worker.ts', import.meta.url));
    const workers = await startWorkers(settled.config, { exec, payload: child.ready });
    return {
      ...workers,
      close: async () => {
        await workers.close();
        await child.stop();
      },
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
}
