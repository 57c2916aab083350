import { parseArgs } from 'node:util';
import { z } from 'zod';
import { BenchError } from './bench-error.ts';
import { CASES, isCaseName, planOf } from './case-plans.ts';

export const HELP = `Usage: npm run -s bench -- [options]

Measures a sandbox gateway beside servers that do the same work, or less, by hand: on loopback, without TLS, with one
client and provinces whose answers are signed beforehand. After a warm-up the cases take turns; medians are kept. Under
three minutes.

Options:
  --json           print one JSON object and nothing else
  --seconds N      length of one turn of one case (default 0.7, at most 5)
  --rounds N       turns of each case (default 5, at most 15), fewer where the machine is too busy for the three minutes
  --connections N  clients that ask at the same time (default 32, at most 128)
  --warm-up N      operations of each case before the first turn (default 10000), fewer where they would take too long
  --log            also measure the registry's log with up to 100,000 signed events (two minutes more)
  --profile CASE   watch the servers of one case instead: where their time goes, and promises, timers and garbage of an
                   operation (cold, cold-merkle, repeat, batch, federated-cold, handwritten, fast, …)
  --open-loop      measure instead what questions to one node, and tokens that share signatures, wait for each other at a
                   pace of their own (100 to 4,000 a second), beside going one by one and beside how late timers are
  --sweep          measure instead how the gateway's cost goes with connections, remembered answers and systems
  --help           print this

Ratios are medians of what two cases took in one and the same round, with the quartiles of the rounds beside them.
Of processor time an operation (less is better; handwritten, fast and proxy are peers without the gateway's checks):
  cold/handwritten  cold-merkle/handwritten  repeat/handwritten  repeat/bare-http  cold/fast  cold-plain/cold
  batch-item/handwritten         an item of a batch whose attestations share a signature; -plain: each with its own
  federated-cold/cold            both nodes together, against a gateway that asks the provinces' systems itself
  federated-cold-batched/federated-cold   questions that travel together under one signature, against one by one
  fast/handwritten  proxy/handwritten     what is left of the peer without its libraries, and without its work
  routing-3400/routing-34        finding a code's system among 3,400 systems, against among 34
Of time (less is better, 1 is perfect):
  hung/healthy-p99         while one other province hangs, against when none does
Of operations a second (more is better):
  instances-2/1            and, in a list of their own, cold/handwritten, repeat/handwritten, repeat/bare-http

Exit code: 0 measured, 1 no figures to be had, 2 wrong usage.
`;

/** All turns together: this leaves the rest of the three minutes for start-up, warm-up and codes. */
const MAX_SECONDS_OF_ALL_TURNS = 70;

const optionsSchema = z.strictObject({
  json: z.boolean().default(false),
  log: z.boolean().default(false),
  'open-loop': z.boolean().default(false),
  sweep: z.boolean().default(false),
  help: z.boolean().default(false),
  seconds: z.coerce.number().min(0.05).max(5).default(0.7),
  rounds: z.coerce.number().int().min(1).max(15).default(5),
  connections: z.coerce.number().int().min(1).max(128).default(32),
  profile: z
    .string()
    .refine(isCaseName, { error: `not one of ${CASES.join(', ')}` })
    .nullable()
    .default(null),
  'warm-up': z.coerce.number().int().min(1).max(20_000).default(10_000),
});

/** What the command line asks for. */
export interface BenchOptions extends Omit<z.output<typeof optionsSchema>, 'warm-up'> {
  /** Operations of each case. */
  readonly warmUp: number;
}

/** Reads the command line. Throws BenchError `usage`, with a message that names the option. */
export function readOptions(args: readonly string[]): BenchOptions {
  const parsed = optionsSchema.safeParse(argumentsOf(args));
  if (parsed.success) {
    const { 'warm-up': warmUp, ...options } = parsed.data;
    const { seconds, rounds } = options;
    const turns = CASES.reduce((sum, name) => sum + (planOf(name).stretch ?? 1), 0);
    const most = Math.floor((MAX_SECONDS_OF_ALL_TURNS * 100) / turns / rounds) / 100;
    if (seconds <= most) return { ...options, warmUp };
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
        'open-loop': { type: 'boolean' },
        sweep: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        connections: { type: 'string' },
        'warm-up': { type: 'string' },
        profile: { type: 'string' },
      },
    });
    return { ...values };
  } catch (cause) {
    throw new BenchError('usage', cause instanceof Error ? cause.message : 'not an option', { cause });
  }
}
