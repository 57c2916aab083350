import { chosenOf, optionsOf, seedIn, wholeNumberIn } from '../../program-options.ts';
import { FAMILIES } from './families.ts';

const SHARES = [...FAMILIES].map(([name, { share }]) => `  ${name.padEnd(14)} ${share} %`).join('\n');

export const HELP = `Usage: npm run fuzz -- [options]

Makes whatever comes from outside, by generators, and has each case judged by an oracle of its own. A finding names its case:
--only FAMILY --seed S --from CASE --cases 1 shows that one again. Without --only the cases are divided among the families, and
take minutes:
${SHARES}

Options:
  --only FAMILY  one family alone
  --cases N      how many cases (default 100000)
  --seed S       what the cases are drawn from (default 1)
  --from CASE    the number of the first case (default 0)
  --help         print this

Exit code: 0 nothing was found, 1 something was, 2 wrong usage.
`;

export interface FuzzOptions {
  /** A family's name; null: all of them. */
  readonly only: string | null;
  readonly cases: number;
  readonly seed: number;
  readonly from: number;
}

/** Reads the options of `npm run fuzz`. Throws WrongUsage. */
export function readOptions(args: readonly string[]): FuzzOptions {
  const values = optionsOf(args, {
    only: { type: 'string' },
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  });
  const [only = null] = values.only === undefined ? [] : chosenOf('--only', [values.only], [...FAMILIES.keys()]);
  return {
    only,
    cases: wholeNumberIn('--cases', values.cases, { least: 1 }),
    seed: seedIn(values.seed),
    from: wholeNumberIn('--from', values.from, { least: 0 }),
  };
}
