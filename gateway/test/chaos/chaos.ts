import { numberIn, optionsOf, seedIn, startedWith } from '../../program-options.ts';
import { isHeldUp, reportOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

const HELP = `Usage: npm run chaos -- [options]

The long run of the fault lab: three gateways behind HAProxy, on a real Redis for half of the time and on a real Cluster for the
other half, with a real PostgreSQL. Kills and cuts off each of them, and provinces, under load; judges every answer, and looks
for holders on disk, in logs, metrics and stores. Takes what --minutes says, and some minutes more for start and surge.

Options:
  --minutes N  how long there are faults (default 10)
  --seed S     what the order of faults is drawn from (default 1)
  --help       print this

Exit code: 0 all is well, 1 an answer was wrong, something about a holder was left, or a province that hangs held up the others,
2 wrong usage.
`;

const { minutes, seed } = startedWith(HELP, (args) => {
  const values = optionsOf(args, {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  });
  return { minutes: numberIn('--minutes', values.minutes, { least: 0.01 }), seed: seedIn(values.seed) };
});

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
