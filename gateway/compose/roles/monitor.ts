import { NodeReports } from '../../coverage/node-reports.ts';
import { registerReportGauges } from '../../coverage/report-metrics.ts';
import { mountCoverage } from '../../http/coverage.ts';
import type { CoverageListeners } from '../../http/coverage-listeners.ts';
import { followReports } from '../follow-reports.ts';
import type { NodeParts, Role } from '../node-parts.ts';
import { registryReasons } from '../readiness.ts';

/** The recognition matrix: of what was counted here, and of what other nodes report where this is the national monitor. */
export function openMonitor(parts: NodeParts): Role {
  const { config, metrics, shared, registry, trust, signals, nowMs } = parts;
  const folded = () => registry.registry.folded();
  const follower = config.roles.has('monitor') ? followReports(parts) : null;
  const nodes = new NodeReports({
    store: shared.coverageStore,
    folded,
    hosted: trust.hosted,
    unreachable: () => follower?.unreachable ?? null,
  });
  if (follower !== null) registerReportGauges(metrics.registry, async () => (await nodes.read(nowMs())).reports);
  let listeners: CoverageListeners | null = null;
  return {
    name: 'monitor',
    mount: (router) => {
      listeners = mountCoverage(router, {
        book: shared.coverage,
        state: () => registry.registry.current(),
        folded,
        registryFault: () => registryFault(parts),
        signals,
        nodes,
        suppressedBelow: config.suppressedBelow,
        nowMs,
      });
    },
    notReady: () => [],
    degraded: () => [],
    drain: () => listeners?.close(),
    close: async () => await follower?.close(),
  };
}

function registryFault({ registry: { registry } }: NodeParts): 'registry_behind' | 'registry_forked' | null {
  const reasons = registryReasons(registry, registry.behindS());
  if (reasons.includes('registry_forked')) return 'registry_forked';
  return reasons.includes('registry_behind') ? 'registry_behind' : null;
}
