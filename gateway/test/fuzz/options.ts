import { parseArgs } from 'node:util';
import { FAMILIES } from './families.ts';

const SHARES = [...FAMILIES].map(([name, { share }]) => `  ${name.padEnd(14)} ${share} %`).join('\n');

export const HELP = `Usage: npm run fuzz -- [options]

Makes whatever comes from outside, by generators, and has each case judged by an oracle of its own. A finding names its case:
--only FAMILY --seed S --from CASE --cases 1 shows that one again. Without --only the cases are divided among the families:
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
  readonly help: boolean;
  /** A family's name; null: all of them. */
  readonly only: string | null;
  readonly cases: number;
  readonly seed: number;
  readonly from: number;
}

/** Reads the options of `npm run fuzz`. Null where there is one that it does not know, or that says what nobody can run. */
export function readOptions(args: readonly string[]): FuzzOptions | null {
  const values = valuesOf(args);
  if (values === null) return null;
  const { help, only = null } = values;
  const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
  const isRun = [cases, seed, from].every(Number.isSafeInteger) && cases >= 1 && from >= 0;
  return isRun && (only === null || FAMILIES.has(only)) ? { help, only, cases, seed, from } : null;
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        cases: { type: 'string', default: '100000' },
        seed: { type: 'string', default: '1' },
        from: { type: 'string', default: '0' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch {
    return null;
  }
}
