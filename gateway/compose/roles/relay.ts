import type { Router } from 'express';
import { NATIONAL_PLATFORM } from '../../../schemas/code-lists/index.ts';
import { mountRelay } from '../../http/relay.ts';
import { pathOf } from '../../http/route.ts';
import { AskingGateways } from '../../issuing/asking-gateways.ts';
import type { RelayedIssuer } from '../../issuing/relay-question.ts';
import { ProblemError } from '../../problem-error.ts';
import { issuesFor } from '../../registry/fold-subordinates.ts';
import { RelayPools } from '../../upstream/relay-pools.ts';
import type { NodeParts } from '../node-parts.ts';

/** What passes questions on to issuers that their askers cannot reach. */
interface Relay {
  readonly mount: (router: Router) => void;
  readonly close: () => void;
}

/** Null where this node does not issue for the national platform. */
export function openRelay({
  registry: { registry },
  trust,
  upstreams,
  metrics,
  shared,
  nowMs,
}: NodeParts): Relay | null {
  const national = trust.issuers.get(NATIONAL_PLATFORM);
  if (national === undefined) return null;
  const own = new Set([...trust.issuers.values()].map(({ entityId }) => entityId));
  const issuerOf = (entityId: string): RelayedIssuer | undefined => {
    if (own.has(entityId)) throw new ProblemError('loop_refused');
    const province = issuesFor(registry.folded(), entityId);
    return province === null ? undefined : { entityId, province };
  };
  const { resolver } = trust;
  const pools = new RelayPools(upstreams.openNode);
  return {
    mount: (router) =>
      mountRelay(router, {
        paths: ['', pathOf(national.entityId)],
        askers: resolver === null ? null : new AskingGateways({ resolver, issuerOf, nowMs }),
        pools,
        relayed: metrics.relayed,
        shared,
      }),
    close: () => pools.close(),
  };
}
