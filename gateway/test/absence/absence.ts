import { parseArgs } from 'node:util';
import { makeFederation } from './federation.ts';
import { search } from './search.ts';

/* `npm run absence -- --runs N --seed S`: a long search for a combination of faults in which something counts as valid. */

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run absence -- --runs N --seed S');
  process.exit(2);
}
const report = await search(await makeFederation(), { runs, seed });
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
