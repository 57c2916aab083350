import { parseArgs } from 'node:util';
import { z } from 'zod';
import { BenchError } from './bench-error.ts';
import { CASES } from './cases.ts';

export const HELP = `Usage: npm run -s bench -- [options]

Measures a sandbox gateway against a bare HTTP server and a hand-written one, on loopback, without TLS, with one client.
The cases take turns, each is repeated, and medians are kept. Under three minutes; about two minutes unless told otherwise.

Options:
  --json           print one JSON object and nothing else
  --seconds N      length of one turn of one case (default 2.5, at most 5)
  --rounds N       turns of each case (default 3, at most 5)
  --connections N  clients that ask at the same time (default 16, at most 128)
  --log            also measure the registry's log with up to 100,000 signed events (two minutes more)
  --help           print this

Ratios of verifications a second (more is better):
  cold/handwritten  repeat/handwritten  repeat/bare-http  instances-2/1
Ratio of processor time (less is better, 1 would be for nothing):
  federated/cold-cpu    both nodes together, against a gateway that asks the provinces' systems itself
  batched/singly-cpu    questions that travel together under one signature, against one by one
Ratios of time (less is better, 1 is perfect):
  hung/healthy-p99      while one other province hangs, against when none does
  routing-3400/routing-34  finding a code's system among 3,400 systems, against among 34

Exit code: 0 measured, 1 no figures to be had, 2 wrong usage.
`;

/** All cases together: this leaves a minute of the three for codes and start-up. */
const MAX_SECONDS_OF_ALL_CASES = 110;

const optionsSchema = z.strictObject({
  json: z.boolean().default(false),
  log: z.boolean().default(false),
  help: z.boolean().default(false),
  seconds: z.coerce.number().min(0.05).max(5).default(2.5),
  rounds: z.coerce.number().int().min(1).max(5).default(3),
  connections: z.coerce.number().int().min(1).max(128).default(16),
});
export type BenchOptions = z.output<typeof optionsSchema>;

/** Reads the command line. Throws BenchError `usage`, with a message that names the option. */
export function readOptions(args: readonly string[]): BenchOptions {
  const parsed = optionsSchema.safeParse(argumentsOf(args));
  if (parsed.success) {
    const { seconds, rounds } = parsed.data;
    const most = Math.floor((MAX_SECONDS_OF_ALL_CASES * 10) / CASES.length / rounds) / 10;
    if (seconds <= most) return parsed.data;
    throw new BenchError('usage', `--seconds: with ${rounds} rounds at most ${most}`);
  }
  const [issue] = parsed.error.issues;
  throw new BenchError('usage', `--${String(issue?.path[0])}: ${issue?.message ?? 'not valid'}`);
}

function argumentsOf(args: readonly string[]): Record<string, unknown> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        log: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        connections: { type: 'string' },
      },
    });
    return { ...values };
  } catch (cause) {
    throw new BenchError('usage', cause instanceof Error ? cause.message : 'not an option', { cause });
  }
}
