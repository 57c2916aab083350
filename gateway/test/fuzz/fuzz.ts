import { parseArgs } from 'node:util';
import { createProgress } from '../../cli/progress.ts';
import { casesByFamily, FAMILIES } from './families.ts';

/*
 * npm run fuzz -- --cases 1000000 --seed 1
 * Without --only the cases are divided among all families, by their shares. Exits with 1 where anything was found; a
 * finding names its case, and --only FAMILY --seed S --from CASE --cases 1 shows that one again.
 */
const SHARES = [...FAMILIES].map(([name, { share }]) => `${name} ${share} %`).join(', ');
const USAGE = `usage: npm run fuzz -- [--only ${[...FAMILIES.keys()].join('|')}] [--cases N] [--seed S] [--from CASE]
Without --only the cases are divided: ${SHARES}.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      cases: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
    },
  });
  const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
  const { only } = values;
  const chosen = only === undefined ? casesByFamily(cases) : new Map([[only, cases]]);
  if (![cases, seed, from].every(Number.isSafeInteger) || cases < 1 || from < 0) return misused();
  let found = 0;
  for (const [family, share] of chosen) {
    const entry = FAMILIES.get(family);
    if (entry === undefined) return misused();
    const onProgress = (done: number) => progress(`${family}: ${done} of ${share}`);
    const report = await entry.fuzz({ cases: share, seed, from, onProgress });
    progress('');
    process.stdout.write(`${JSON.stringify({ family, seed, ...report }, null, 2)}\n`);
    found += report.findings.length;
  }
  return found === 0 ? 0 : 1;
}

const progress = createProgress(process.stderr);

function misused(): number {
  console.error(USAGE);
  return 2;
}

process.exitCode = await main();
