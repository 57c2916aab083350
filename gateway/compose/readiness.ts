import { mandateCoverage } from '../policy/mandates.ts';
import type { ChainWatch } from './chain-watch.ts';
import type { Config } from './config.ts';
import type { NodeParts, Role } from './node-parts.ts';

interface Parts {
  readonly config: Config;
  readonly parts: NodeParts;
  readonly roles: readonly Role[];
  readonly chains: ChainWatch;
  readonly isDraining: () => boolean;
}

/** Whether this node should be sent anything, and why not. `degraded` names what answers less than it could. */
export function openReadiness({ parts, roles, chains, isDraining }: Parts) {
  const { registry, trust, shared, nowMs } = parts;
  return () => {
    const { fault } = registry.registry;
    const reasons = [
      ...(isDraining() ? ['draining'] : []),
      ...(trust.anchor === null ? ['no_trust_anchor'] : []),
      ...(registry.registry.folded().size === 0 ? ['registry_missing'] : []),
      ...(fault === null ? [] : ['registry_fault']),
      ...(chains.unverified().size === 0 ? [] : ['chain_unverified']),
      ...roles.flatMap((role) => role.notReady()),
    ];
    const degraded = [...roles.flatMap((role) => role.degraded()), ...shared.degraded()];
    const mandates = mandateCoverage(registry.registry.current().mandates, nowMs());
    return { ready: reasons.length === 0, reasons, degraded, mandates };
  };
}
