import { defineConfig } from 'vitest/config';
import LongestFirst from './gateway/test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['schemas/**/*.test.ts', 'adapters/**/*.test.ts', 'gateway/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A shared machine starves a deadline now and then; a defect fails twice.
    retry: 1,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './gateway/test/closing-line.ts'],
  },
});
