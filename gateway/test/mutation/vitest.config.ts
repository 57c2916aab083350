import { defineConfig } from 'vitest/config';
import { testFiles } from '../end-to-end-files.ts';

/** Stryker begins a run of its own for every mutant: what starts processes or servers would make that days. */
export default defineConfig({
  test: {
    include: testFiles().unit,
    setupFiles: ['./gateway/test/mutation/first-failure.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
