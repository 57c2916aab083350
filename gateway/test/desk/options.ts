import { chosenOf, numberIn, optionsAndWordsOf, seedIn, wholeNumberIn } from '../../program-options.ts';

/** The parts of the long run, in the order in which all of them are run. */
const PARTS = ['counted', 'dashboard', 'attention', 'load'] as const;
export type DeskPart = (typeof PARTS)[number];

export const HELP = `Usage: npm run desk -- [options] [PART]...

The national desk at length, the first three parts each over a nation of four provinces of its own. Many minutes: load
alone takes five, and counted up to ten. Parts that are named are run alone:
  counted    scans with known outcomes, while nodes and monitor are killed: the page counts each of them once
  dashboard  the dashboard's queries, before a real Prometheus
  attention  what must reach the top of the page within ten seconds
  load       a monitor that 272 simulated nodes report to

Options:
  --scans N       scans with known outcomes (default 20000)
  --seconds N     how long simulated nodes report (default 90)
  --seed S        what scans and reports are drawn from (default 1)
  --pictures DIR  write pictures of the page there (default: none are taken)
  --profile FILE  write a processor profile of the monitor under load there (default: none is taken)
  --help          print this

Exit code: 0 no faults, 1 there are some, 2 wrong usage.
`;

/** What one long run at the national desk does. */
export interface DeskOptions {
  readonly seed: number;
  /** Scans with known outcomes. */
  readonly scans: number;
  /** How long simulated nodes report, in seconds. */
  readonly seconds: number;
  /** Where pictures of the page go; null: none are taken. */
  readonly pictures: string | null;
  /** Where a processor profile of the monitor under load goes; null: none is taken. */
  readonly profile: string | null;
  /** The parts to run, in the order in which all of them are run. */
  readonly parts: readonly DeskPart[];
}

/** Reads the arguments of `npm run desk`. Throws WrongUsage. */
export function readOptions(args: readonly string[]): DeskOptions {
  const { values, positionals } = optionsAndWordsOf(args, {
    seed: { type: 'string', default: '1' },
    scans: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '90' },
    pictures: { type: 'string' },
    profile: { type: 'string' },
  });
  return {
    seed: seedIn(values.seed),
    scans: wholeNumberIn('--scans', values.scans, { least: 1 }),
    seconds: numberIn('--seconds', values.seconds, { least: 1 }),
    pictures: values.pictures ?? null,
    profile: values.profile ?? null,
    parts: chosenOf('PART', positionals, PARTS),
  };
}
