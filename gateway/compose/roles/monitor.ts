import { mountCoverage } from '../../http/coverage.ts';
import type { NodeParts, Role } from '../node-parts.ts';

/** The recognition matrix. */
export function openMonitor({ config, shared, registry, signals, nowMs }: NodeParts): Role {
  return {
    name: 'monitor',
    mount: (router) =>
      mountCoverage(router, {
        coverage: shared.coverage,
        registry: () => registry.registry.current(),
        signals,
        suppressedBelow: config.suppressedBelow,
        nowMs,
      }),
    notReady: () => [],
    degraded: () => [],
    close: async () => {},
  };
}
