import { optionsOf, seedIn, startedWith, wholeNumberIn } from '../../program-options.ts';
import { makeFederation } from './federation.ts';
import { search } from './search.ts';

const HELP = `Usage: npm run absence -- [options]

A long search for a combination of faults in which something counts as valid: bad, missing, stale or wrongly signed inputs of an
answer, each alone and with others. What comes of each is in deploy/never-valid-by-absence.md. Prints one JSON object. Minutes.

Options:
  --runs N  how many combinations (default 100000)
  --seed S  what they are drawn from (default 1)
  --help    print this

Exit code: 0 nothing was found, 1 something was, 2 wrong usage.
`;

const options = startedWith(HELP, (args) => {
  const values = optionsOf(args, {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  });
  return { runs: wholeNumberIn('--runs', values.runs, { least: 1 }), seed: seedIn(values.seed) };
});
const report = await search(await makeFederation(), options);
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
