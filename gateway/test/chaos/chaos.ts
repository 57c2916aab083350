import { parseArgs } from 'node:util';
import { isHeldUp, reportOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

/*
 * npm run chaos -- --minutes 10 --seed 1
 * The long run of the fault lab: half of the time on a single Redis, half on a Cluster. Exits with 1 where an answer
 * was wrong, something about a holder was left anywhere, or a province that hangs held up the others.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run chaos -- [--minutes N] [--seed S]');
  process.exit(2);
}

let isBad = false;
for (const redis of ['single', 'cluster'] as const) {
  const result = await runChaos({
    seed,
    redis,
    faultsForMs: (minutes * 60_000) / 2,
    faultMs: 6_000,
    recoveryMs: 4_000,
    recordsEach: 60,
    events: 400,
    stampede: 10_000,
    surgeMs: Math.min(30_000, minutes * 3_000),
    turns: 5,
    turnMs: Math.min(5_000, minutes * 500),
    onProgress: (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
  });
  process.stdout.write(`Redis: ${redis}\n${reportOf(result)}\n`);
  isBad ||= result.violations.length > 0 || result.leaks.length > 0 || isHeldUp(result.isolation);
}
process.exit(isBad ? 1 : 0);
