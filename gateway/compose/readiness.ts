import type { Readiness, ReadinessReason } from '../../schemas/readiness.ts';
import { openFilesDegraded } from '../access/open-file-limit.ts';
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
  const when = (isSo: boolean, reason: ReadinessReason) => (isSo ? [reason] : []);
  return (): Readiness => {
    const { fault } = registry.registry;
    const reasons = [
      ...when(isDraining(), 'draining'),
      ...when(trust.anchor === null, 'no_trust_anchor'),
      ...when(registry.registry.folded().size === 0, 'registry_missing'),
      ...when(fault !== null, 'registry_fault'),
      ...when(chains.unverified().size > 0, 'chain_unverified'),
      ...roles.flatMap((role) => role.notReady()),
    ];
    const degraded = [...roles.flatMap((role) => role.degraded()), ...shared.degraded(), ...openFilesDegraded()];
    const mandates = mandateCoverage(registry.registry.current().mandates, nowMs());
    return { ready: reasons.length === 0, reasons, degraded, mandates };
  };
}
