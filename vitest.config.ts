import { defineConfig } from 'vitest/config';
import { testFiles } from './gateway/test/end-to-end-files.ts';
import LongestFirst from './gateway/test/longest-first.ts';

const { unit, endToEnd } = testFiles();

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './gateway/test/closing-line.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: unit, retry: 0 } },
      // A shared machine starves a deadline now and then; a defect fails twice. The closing lines name who needed it.
      { extends: true, test: { name: 'e2e', include: endToEnd, retry: 1 } },
    ],
  },
});
