import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFederation } from './absence/federation.ts';
import { tableText } from './absence/table.ts';
import { ROOT } from './import-graph.ts';

/*
 * Writes deploy/never-valid-by-absence.md from what the real parts do with one thing wrong at a time. With --check it only
 * says whether they agree, by its exit code.
 */

const FILE = join(ROOT, 'deploy/never-valid-by-absence.md');

const text = `# Never valid by absence

What an answer and a pass need, what can be wrong with each, and what comes of it. Written by \`npm run generate\` from runs
of the real pipeline and the real verifiers, in which only the network and the clock are played; \`npm run check\` holds it.
A green is scanned in each row; a red comes out the same, and so does every combination of several faults that
\`npm run absence -- --runs N --seed S\` tries: nothing passes and nothing restricts where something that it needs is not good.

- *gateway*: its decision with its reasons, or the code of its refusal; in brackets what it counts in
  \`huren_upstream_errors_total\`. A gateway cannot see that its own key or chain is not what others take it for: there it
  says pass, and no verifier believes it.
- *verifier*: what \`huren verify\` and every user of \`trust/verify-attestation.ts\` make of the answer. A \`refer\` that
  verifies is an answer: nobody could tell.
- *pass*: what becomes of a pass that a traveller carries. It leans on key, chain, clock and status list alone.

| wrong | what it is | gateway | verifier | pass |
|---|---|---|---|---|
${await tableText(await makeFederation())}
`;

const isInStep = existsSync(FILE) && readFileSync(FILE, 'utf8') === text;
if (!isInStep && process.argv.includes('--check')) {
  console.error('deploy/never-valid-by-absence.md: out of step; run npm run generate');
  process.exitCode = 1;
} else if (!isInStep) writeFileSync(FILE, text);
