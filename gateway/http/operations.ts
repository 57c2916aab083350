import type { Router } from 'express';
import type { Readiness, ReadinessReason } from '../../schemas/readiness.ts';
import { openFilesDegraded } from '../access/open-file-limit.ts';
import type { GatewayContext } from '../compose/context.ts';
import { coverageMatrix, isCoverageWindow } from '../coverage/coverage-matrix.ts';
import { CoverageError } from '../coverage/coverage-store.ts';
import { openDeviationGauge } from '../coverage/policy-deviations.ts';
import { mandateCoverage } from '../policy/mandates.ts';
import { ProblemError } from '../problem-error.ts';
import { resource } from './route.ts';

/** Liveness, readiness with reasons, metrics, and the recognition matrix. */
export function mountOperations(router: Router, context: GatewayContext, isDraining: () => boolean): void {
  const { metrics, signals, registry, nowMs } = context.verification;
  const { coverage } = context.shared;
  openDeviationGauge(metrics, registry, nowMs);

  resource(router, '/healthz', {
    GET: (_request, response) => {
      response.json({ status: 'ok' });
    },
  });
  resource(router, '/readyz', {
    GET: (_request, response) => {
      const report = readiness(context, isDraining());
      response.status(report.ready ? 200 : 503).json(report);
    },
  });
  resource(router, '/metrics', {
    GET: async (_request, response) => {
      const order = { closed: 0, 'half-open': 1, open: 2 } as const;
      for (const { province, state } of context.provinces.breakerStates()) {
        metrics.breakerState.set({ province }, order[state]);
      }
      metrics.keyExpirySeconds.reset();
      for (const [entity, ring] of context.trust.rings) {
        for (const { kid, expiresS, state } of ring.keys) {
          if (state !== 'revoked') metrics.keyExpirySeconds.set({ entity, kid }, expiresS - nowMs() / 1000);
        }
      }
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  });
  resource(router, '/v1/coverage', {
    GET: async (request, response) => {
      const window = request.query['window'] ?? '24h';
      if (typeof window !== 'string' || !isCoverageWindow(window)) {
        throw new ProblemError('body_invalid', 'window: must be 1h, 6h or 24h');
      }
      const options = { window, nowMs: nowMs(), suppressedBelow: context.suppressedBelow };
      response.json(await coverageMatrix(coverage, registry(), signals, options).catch(unavailable));
    },
  });
}

/** Whether venues should be sent here, and why not. `degraded` names what answers less than it could. */
function readiness(context: GatewayContext, draining: boolean): Readiness {
  const { registry, nowMs } = context.verification;
  const mandates = mandateCoverage(registry().mandates, nowMs());
  const when = (isSo: boolean, reason: ReadinessReason) => (isSo ? [reason] : []);
  const reasons = [
    ...when(draining, 'draining'),
    ...when(context.trust.anchorId === null, 'no_trust_anchor'),
    ...when(context.registry.registry.folded().size === 0, 'registry_missing'),
    ...when(context.registry.registry.fault !== null, 'registry_fault'),
    ...when(context.tokens === null, 'no_authorization_server'),
    ...(mandates.state === 'active' ? [] : [`mandate_${mandates.state}` as const]),
    ...when(registry().adapters.size === 0, 'no_adapter'),
    ...when(context.shared.clock.isOff(), 'clock_off'),
  ];
  const breakers = context.provinces
    .breakerStates()
    .flatMap(({ province, state }) => (state === 'closed' ? [] : [{ province, breaker: state }]));
  const stores = context.shared.unreachable().map((store) => ({ store, state: 'unreachable' as const }));
  const degraded = [...breakers, ...stores, ...openFilesDegraded()];
  return { ready: reasons.length === 0, reasons, degraded, mandates };
}

function unavailable(error: unknown): never {
  if (!(error instanceof CoverageError)) throw error;
  throw new ProblemError('unavailable', error.message, { 'retry-after': '5' });
}
