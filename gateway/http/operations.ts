import type { Router } from 'express';
import type { Metrics } from '../coverage/metrics.ts';
import { ProblemError } from '../problem-error.ts';
import { paced } from './paced.ts';
import { resource } from './route.ts';

const EVERY_MS = 100;

interface Parts {
  readonly metrics: Metrics;
  readonly readiness: () => { readonly ready: boolean };
  /** What is read at each scrape rather than counted. */
  readonly collect: (metrics: Metrics) => void;
  /** The metrics of all processes behind this address, where it is one of several; null: not to be had now. */
  readonly ofAll?: () => Promise<string | null>;
}

/** Liveness, readiness with reasons, and metrics. */
export function mountOperations(router: Router, { metrics, readiness, collect, ofAll }: Parts): void {
  const scraped = paced(async () => {
    if (ofAll === undefined) {
      collect(metrics);
      return await metrics.registry.metrics();
    }
    const all = await ofAll();
    // A part of them would be read as a fall.
    if (all === null) throw new ProblemError('unavailable', 'the processes of this node did not say what they counted');
    return all;
  }, EVERY_MS);
  resource(router, '/healthz', {
    GET: (_request, response) => {
      response.json({ status: 'ok' });
    },
  });
  resource(router, '/readyz', {
    GET: (_request, response) => {
      const report = readiness();
      response.status(report.ready ? 200 : 503).json(report);
    },
  });
  resource(router, '/metrics', {
    GET: async (_request, response) => {
      response.type(metrics.registry.contentType).send(await scraped());
    },
  });
}
