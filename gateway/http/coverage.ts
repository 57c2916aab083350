import type { Router } from 'express';
import type { CoverageBook } from '../coverage/coverage-book.ts';
import { COVERAGE_WINDOWS, coverageMatrix } from '../coverage/coverage-matrix.ts';
import type { Signals } from '../coverage/signals.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { StoreError } from '../stores/store-error.ts';
import { paced } from './paced.ts';
import { resource } from './route.ts';

/** Anybody may ask, and it takes milliseconds of work. */
const EVERY_MS = 100;

interface Parts {
  readonly coverage: CoverageBook;
  readonly registry: () => RegistryState;
  readonly signals: Signals;
  readonly suppressedBelow: number;
  readonly nowMs: () => number;
}

/** GET /v1/coverage: the recognition matrix. */
export function mountCoverage(router: Router, { coverage, registry, signals, suppressedBelow, nowMs }: Parts): void {
  const matrices = new Map<string, () => ReturnType<typeof coverageMatrix>>(
    COVERAGE_WINDOWS.map((window) => {
      const matrix = () =>
        coverageMatrix(coverage, registry(), signals, { window, nowMs: nowMs(), suppressedBelow }).catch(unavailable);
      return [window, paced(matrix, EVERY_MS)];
    }),
  );
  resource(router, '/v1/coverage', {
    GET: async (request, response) => {
      const window = request.query['window'] ?? '24h';
      const matrix = typeof window === 'string' ? matrices.get(window) : undefined;
      if (matrix === undefined) throw new ProblemError('body_invalid', 'window: must be 1h, 6h or 24h');
      response.json(await matrix());
    },
  });
}

function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'coverage cannot be read at the moment', { 'retry-after': '5' });
}
