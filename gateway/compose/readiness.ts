import { type Readiness, type ReadinessReason, SERVING_REASONS } from '../../schemas/readiness.ts';
import { degradedByOpenFiles } from '../access/open-file-limit.ts';
import type { Handover } from '../authority/handover.ts';
import { mandateCoverage } from '../policy/mandates.ts';
import type { Registry } from '../registry/registry.ts';
import type { ChainWatch } from './chain-watch.ts';
import type { Config } from './config.ts';
import type { NodeParts, Role } from './node-parts.ts';
import type { TokenWatch } from './token-watch.ts';

interface Parts {
  readonly config: Config;
  readonly parts: NodeParts;
  readonly roles: readonly Role[];
  readonly chains: ChainWatch;
  readonly handover: Pick<Handover, 'isWaiting'>;
  readonly token: Pick<TokenWatch, 'isAway'>;
  readonly isDraining: () => boolean;
}

/** How long the registry may be unheard of before that is told, and before this node is no longer to be relied on. */
const TOLD_AFTER_S = 60;
const TOO_OLD_AFTER_S = 86_400;

/** Whether this node should be sent anything, and why not. `degraded` names what answers less than it could. */
export function openReadiness({ parts, roles, chains, handover, token, isDraining }: Parts): () => Readiness {
  const { registry, trust, shared, nowMs } = parts;
  const when = (isSo: boolean, reason: ReadinessReason) => (isSo ? [reason] : []);
  return () => {
    const behindS = registry.registry.behindS();
    const reasons = [
      ...when(isDraining(), 'draining'),
      ...when(token.isAway(), 'token_unavailable'),
      ...when(trust.anchor === null, 'no_trust_anchor'),
      ...registryReasons(registry.registry, behindS),
      ...chainReasons(chains),
      ...roles.flatMap((role) => role.notReady()),
    ];
    const degraded = [
      ...roles.flatMap((role) => role.degraded()),
      ...shared.degraded(),
      ...degradedByOpenFiles(),
      ...(handover.isWaiting() ? [{ reason: 'key_waiting' as const }] : []),
      ...(registry.registry.audited ? [] : [{ reason: 'registry_unaudited' as const }]),
    ];
    const mandates = mandateCoverage(registry.registry.current().mandates, nowMs());
    const ready = behindS < TOO_OLD_AFTER_S && reasons.every((reason) => SERVING_REASONS.has(reason));
    return { ready, reasons, degraded, mandates };
  };
}

/** What is amiss with the registry as this node follows it. */
export function registryReasons(registry: Registry, behindS: number): ReadinessReason[] {
  const { fault } = registry;
  const isForked = fault?.code === 'registry_forked';
  const isEmpty = registry.folded().size === 0;
  if (isEmpty) return [isForked ? 'registry_fault' : 'registry_missing'];
  const faults: ReadinessReason[] = fault === null ? [] : [isForked ? 'registry_forked' : 'registry_fault'];
  return behindS > TOLD_AFTER_S ? [...faults, 'registry_behind'] : faults;
}

/** An entity that nobody has admitted yet is told apart from one whose chain has broken. */
function chainReasons(chains: ChainWatch): ReadinessReason[] {
  const codes = [...chains.unverified().values()];
  if (codes.length === 0) return [];
  return codes.every((code) => code === 'not_admitted') ? ['not_admitted'] : ['chain_unverified'];
}
