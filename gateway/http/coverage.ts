import type { Router } from 'express';
import type { CoverageBook } from '../coverage/coverage-book.ts';
import { coverageMatrix, isCoverageWindow } from '../coverage/coverage-matrix.ts';
import type { Signals } from '../coverage/signals.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { StoreError } from '../stores/store-error.ts';
import { resource } from './route.ts';

interface Parts {
  readonly coverage: CoverageBook;
  readonly registry: () => RegistryState;
  readonly signals: Signals;
  readonly suppressedBelow: number;
  readonly nowMs: () => number;
}

/** GET /v1/coverage: the recognition matrix. */
export function mountCoverage(router: Router, { coverage, registry, signals, suppressedBelow, nowMs }: Parts): void {
  resource(router, '/v1/coverage', {
    GET: async (request, response) => {
      const window = request.query['window'] ?? '24h';
      if (typeof window !== 'string' || !isCoverageWindow(window)) {
        throw new ProblemError('body_invalid', 'window: must be 1h, 6h or 24h');
      }
      const options = { window, nowMs: nowMs(), suppressedBelow };
      response.json(await coverageMatrix(coverage, registry(), signals, options).catch(unavailable));
    },
  });
}

function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'coverage cannot be read at the moment', { 'retry-after': '5' });
}
