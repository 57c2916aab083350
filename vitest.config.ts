import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { testFiles } from './gateway/test/end-to-end-files.ts';
import { FOUNDED_SANDBOXES } from './gateway/test/founded-sandboxes.ts';
import LongestFirst from './gateway/test/longest-first.ts';
import { orderSeed } from './gateway/test/order-seed.ts';
import { PATIENCE_MS, WHOLE_TEST_MS } from './gateway/test/patience.ts';
import { folderOfRun } from './gateway/test/test-folder.ts';

const { unit, endToEnd, alone } = testFiles();
const seed = orderSeed(import.meta.dirname);

if (process.env[FOUNDED_SANDBOXES] === undefined) {
  // Whoever sets TMPDIR has the tests write there.
  const folder = folderOfRun();
  process.env['TMPDIR'] = folder;
  process.env[FOUNDED_SANDBOXES] = join(folder, 'founded');
}
// Every file of tests, and every process that one starts, compiles the same code.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/huren');

export default defineConfig({
  test: {
    testTimeout: WHOLE_TEST_MS,
    hookTimeout: WHOLE_TEST_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    // Files that wait (for a fault, for a lease, for a process) leave two cores idle: a third one goes on meanwhile.
    maxWorkers: 3,
    setupFiles: ['./gateway/test/keep-compiled.ts', './gateway/test/property-seed.ts'],
    // One worker takes one file after another and keeps what it has loaded: loading was a fifth of a run.
    isolate: false,
    // In another order for each commit: `--sequence.seed` gives any other one. What tells one story says so where it is told.
    sequence: { sequencer: LongestFirst, shuffle: { tests: true }, seed },
    provide: { seed },
    reporters: ['default', './gateway/test/closing-line.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: unit, retry: 0 } },
      // A shared machine starves a deadline now and then; a defect fails twice. The closing lines name who needed it.
      { extends: true, test: { name: 'e2e', include: endToEnd, retry: 1 } },
      // These change their process, for good or while they run.
      { extends: true, test: { name: 'alone', include: alone, retry: 0, isolate: true } },
    ],
  },
});
