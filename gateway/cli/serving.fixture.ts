import cluster from 'node:cluster';
import { startIdleWorkers } from '../compose/two-workers.fixture.ts';
import { createCli } from './cli.ts';
import { stopOnSignal } from './serving.ts';

/* A gateway of several processes as `serve` runs it, but that they serve nothing. Its argument names the file that is a fault. */
const [, , faultFile = null] = process.argv;
const cli = createCli('en', process.env);
const workers = await startIdleWorkers(process.env, faultFile);
const pids = Object.values(cluster.workers ?? {}).map((worker) => worker?.process.pid);
cli.print(`serving: ${pids.join(' ')}`);
await stopOnSignal(cli, workers);
process.exit(0);
