import { LRUCache } from 'lru-cache';
import { buildChain } from '../trust/chain-builder.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { ResolvedEntity, TrustAnchor } from '../trust/trust-chain.ts';
import type { HostedFederation } from './hosted-federation.ts';

/** Where chains come from before anybody has checked them. */
export interface ChainSource {
  /** Throws TrustError where there is no chain. */
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  /** The immediate subordinates of one type. Throws TrustError. */
  readonly subordinates: (superior: ResolvedEntity, entityType: string) => Promise<readonly string[]>;
}

/** How long a list of subordinates is used: a new agency is known after at most this. */
const LIST_KEPT_MS = 60_000;
const MOST_LISTS = 64;

/** Chains of entities that are all hosted here, the anchor among them. */
export function hostedChains(federation: HostedFederation): ChainSource {
  return {
    chainOf: (entityId) => federation.chainOf(entityId),
    subordinates: async ({ entityId }, entityType) => {
      const below = federation.subordinates(entityId).filter(({ types }) => types.includes(entityType));
      return below.map((subordinate) => subordinate.entityId);
    },
  };
}

/** Chains looked up at whoever hosts each entity, up to an anchor elsewhere; what is hosted here is taken from here. */
export function remoteChains(
  federation: HostedFederation,
  anchor: TrustAnchor,
  { remote, nowS }: { readonly remote: RemoteStatements; readonly nowS: () => number },
): ChainSource {
  const lists = new LRUCache<string, readonly string[]>({ max: MOST_LISTS, ttl: LIST_KEPT_MS });
  return {
    chainOf: async (entityId) => {
      const { statements } = await buildChain(entityId, anchor, {
        atS: nowS(),
        fetchEntityConfiguration: async (id) =>
          (await federation.entityConfiguration(id)) ?? (await remote.fetchEntityConfiguration(id)),
        fetchSubordinateStatement: remote.fetchSubordinateStatement,
      });
      return statements;
    },
    subordinates: async ({ entityId, metadata }, entityType) => {
      const name = `${entityType} ${entityId}`;
      const known = lists.get(name);
      if (known !== undefined) return known;
      const listed = await remote.listSubordinates(metadata, entityType);
      lists.set(name, listed);
      return listed;
    },
  };
}
