import { buildChain } from '../trust/chain-builder.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import type { HostedFederation } from './hosted-federation.ts';

/** Where chains come from before anybody has checked them. Throws TrustError where there is no chain. */
export type ChainSource = (entityId: string) => Promise<readonly string[]>;

/** Chains up to the anchor, statement by statement: what is hosted here from here, the rest from whoever hosts it. */
export function openChainSource(
  federation: HostedFederation,
  anchor: () => TrustAnchor,
  { remote, nowS }: { readonly remote: RemoteStatements; readonly nowS: () => number },
): ChainSource {
  return async (entityId) => {
    const { statements } = await buildChain(entityId, anchor(), {
      atS: nowS(),
      fetchEntityConfiguration: async (id) =>
        (await federation.entityConfiguration(id)) ?? (await remote.fetchEntityConfiguration(id)),
      fetchSubordinateStatement: async (issuer, subjectId) =>
        federation.has(issuer.sub)
          ? await federation.subordinateStatement(issuer.sub, subjectId)
          : await remote.fetchSubordinateStatement(issuer, subjectId),
    });
    return statements;
  };
}
