import cluster from 'node:cluster';
import { readConfig } from '../compose/config.ts';
import { startWorkers } from '../compose/workers.ts';
import { createCli } from './cli.ts';
import { stopOnSignal } from './serving.ts';

/* A gateway of several processes as `serve` runs it, but that they serve nothing. Its argument is what they are handed. */
const [, , payload] = process.argv;
const cli = createCli('en', process.env);
const exec = new URL('../compose/workers.fixture.ts', import.meta.url);
const workers = await startWorkers(readConfig(process.env), { exec, payload });
const pids = Object.values(cluster.workers ?? {}).map((worker) => worker?.process.pid);
cli.print(`serving: ${pids.join(' ')}`);
await stopOnSignal(cli, workers);
process.exit(0);
