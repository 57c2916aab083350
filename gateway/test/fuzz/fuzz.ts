import { createProgress } from '../../cli/progress.ts';
import { startedWith } from '../../program-options.ts';
import { casesByFamily, FAMILIES } from './families.ts';
import { HELP, readOptions } from './options.ts';

async function main(): Promise<number> {
  const { only, cases, seed, from } = startedWith(HELP, readOptions);
  const chosen = only === null ? casesByFamily(cases) : new Map([[only, cases]]);
  let found = 0;
  for (const [family, share] of chosen) {
    const onProgress = (done: number) => progress(`${family}: ${done} of ${share}`);
    const report = await FAMILIES.get(family)?.fuzz({ cases: share, seed, from, onProgress });
    progress('');
    process.stdout.write(`${JSON.stringify({ family, seed, ...report }, null, 2)}\n`);
    found += report?.findings.length ?? 0;
  }
  return found === 0 ? 0 : 1;
}

const progress = createProgress(process.stderr);
process.exitCode = await main();
