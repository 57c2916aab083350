import { chosenOf, numberIn, optionsOf, WrongUsage, wholeNumberIn } from '../program-options.ts';
import { CASES, type CaseName, planOf } from './case-plans.ts';

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

/** How long and how hard is measured, with what holds unless told. */
export const MEASURING = {
  seconds: { type: 'string', default: '0.7' },
  rounds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '32' },
  'warm-up': { type: 'string', default: '10000' },
} as const;

/** How long and how hard is measured. */
export interface Measuring {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  /** Operations of each case. */
  readonly warmUp: number;
  /** Whether the registry's log is measured as well. */
  readonly log: boolean;
}

/** What the command line asks for. */
export interface BenchOptions extends Measuring {
  readonly json: boolean;
  readonly openLoop: boolean;
  readonly sweep: boolean;
  /** The case whose servers are watched; null: all are measured. */
  readonly profile: CaseName | null;
}

/** Reads the options of `npm run bench`. Throws WrongUsage. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { json, log, sweep, profile, ...values } = optionsOf(args, {
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    'open-loop': { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
    profile: { type: 'string' },
    ...MEASURING,
  });
  const [watched = null] = profile === undefined ? [] : chosenOf('--profile', [profile], CASES);
  return { json, openLoop: values['open-loop'], sweep, profile: watched, ...measuringOf(values, log) };
}

/** The texts of MEASURING's options as numbers. Throws WrongUsage where they mean nothing, or take too long together. */
export function measuringOf(texts: Readonly<Record<keyof typeof MEASURING, string>>, log: boolean): Measuring {
  const seconds = numberIn('--seconds', texts.seconds, { least: 0.05, most: 5 });
  const rounds = wholeNumberIn('--rounds', texts.rounds, { least: 1, most: 15 });
  const connections = wholeNumberIn('--connections', texts.connections, { least: 1, most: 128 });
  const warmUp = wholeNumberIn('--warm-up', texts['warm-up'], { least: 1, most: 20_000 });
  const turns = CASES.reduce((sum, name) => sum + (planOf(name).stretch ?? 1), 0);
  const most = Math.floor((MAX_SECONDS_OF_ALL_TURNS * 100) / turns / rounds) / 100;
  if (seconds > most) throw new WrongUsage(`--seconds: with ${rounds} rounds at most ${most}`);
  return { seconds, rounds, connections, warmUp, log };
}
