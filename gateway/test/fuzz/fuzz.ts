import { parseArgs } from 'node:util';
import { fuzzAsks } from './asks.ts';
import type { FuzzReport, FuzzRun } from './report.ts';
import { fuzzVerifiers } from './verifiers.ts';

/** What can be fuzzed, each by generators of its own. */
const FAMILIES: ReadonlyMap<string, (run: FuzzRun) => Promise<FuzzReport>> = new Map([
  ['verifiers', fuzzVerifiers],
  ['asks', fuzzAsks],
]);

const USAGE = `usage: npm run fuzz -- [--only ${[...FAMILIES.keys()].join('|')}] [--cases N] [--seed S]`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      cases: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { only } = values;
  const [cases, seed] = [Number(values.cases), Number(values.seed)];
  const chosen = [...FAMILIES].filter(([name]) => only === undefined || name === only);
  if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed) || chosen.length === 0) {
    console.error(USAGE);
    return 2;
  }
  let clean = true;
  for (const [name, fuzz] of chosen) {
    const report = await fuzz({ cases, seed });
    process.stdout.write(`${JSON.stringify({ family: name, ...report }, null, 2)}\n`);
    clean &&= report.findings.length === 0;
  }
  return clean ? 0 : 1;
}

process.exitCode = await main();
