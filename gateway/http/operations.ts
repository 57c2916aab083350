import type { Router } from 'express';
import type { Metrics } from '../coverage/metrics.ts';
import { paced } from './paced.ts';
import { resource } from './route.ts';

const EVERY_MS = 100;

interface Parts {
  readonly metrics: Metrics;
  readonly readiness: () => { readonly ready: boolean };
  /** What is read at each scrape rather than counted. */
  readonly collect: (metrics: Metrics) => void;
}

/** Liveness, readiness with reasons, and metrics. */
export function mountOperations(router: Router, { metrics, readiness, collect }: Parts): void {
  const scraped = paced(async () => {
    collect(metrics);
    return await metrics.registry.metrics();
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
