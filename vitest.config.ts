import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['schemas/**/*.test.ts', 'adapters/**/*.test.ts', 'gateway/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A shared machine starves a deadline now and then; a defect fails twice.
    retry: 1,
    maxWorkers: 2,
    reporters: ['default', './gateway/test/closing-line.ts'],
  },
});
