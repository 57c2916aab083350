import { buildChain } from '../trust/chain-builder.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { nullIfUntrusted, TrustError } from '../trust/trust-error.ts';
import type { HostedFederation } from './hosted-federation.ts';

/** Where chains come from before anybody has checked them. Throws TrustError where there is no chain. */
export type ChainSource = (entityId: string) => Promise<readonly string[]>;

interface Parts {
  readonly remote: RemoteStatements;
  readonly nowS: () => number;
}

/**
 * Chains up to the anchor, statement by statement: what is hosted here from here, the rest from whoever hosts it. Where
 * somebody on the way cannot be reached from here, the anchor is asked for the whole chain, which has to prove itself just
 * the same.
 */
export function openChainSource(
  federation: HostedFederation,
  anchor: () => TrustAnchor,
  { remote, nowS }: Parts,
): ChainSource {
  const configurationOf = async (id: string) =>
    (await federation.entityConfiguration(id)) ?? (await remote.fetchEntityConfiguration(id));

  async function resolvedByAnchor(entityId: string): Promise<readonly string[] | null> {
    const { entity_id } = anchor();
    if (entityId === entity_id || federation.has(entity_id)) return null;
    const configuration = await remote.fetchEntityConfiguration(entity_id);
    const statement = configuration === null ? null : peekEntityStatement(configuration);
    return statement?.kind === 'configuration' ? await remote.fetchResolvedChain(statement.claims, entityId) : null;
  }

  return async (entityId) => {
    try {
      const { statements } = await buildChain(entityId, anchor(), {
        atS: nowS(),
        fetchEntityConfiguration: configurationOf,
        fetchSubordinateStatement: async (issuer, subjectId) =>
          federation.has(issuer.sub)
            ? await federation.subordinateStatement(issuer.sub, subjectId)
            : await remote.fetchSubordinateStatement(issuer, subjectId),
      });
      return statements;
    } catch (error) {
      if (!(error instanceof TrustError) || error.code !== 'fetch_failed') throw error;
      const resolved = await resolvedByAnchor(entityId).catch(nullIfUntrusted);
      if (resolved === null) throw error;
      return resolved;
    }
  };
}
