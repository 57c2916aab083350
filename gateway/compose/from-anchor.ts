import { conformanceMarkType, conformanceOf } from '../authority/trust-mark-register.ts';
import type { FoldState } from '../registry/fold-state.ts';
import type { TrustMarkEntry } from '../trust/entity-claims.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { keyLifeOf, usableKeys } from '../trust/key-lifecycle.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { nullIfUntrusted } from '../trust/trust-error.ts';

/** The anchor's keys: those pinned, and those that it has announced in the log since, which a pinned key began. */
export function withLoggedKeys(pinned: TrustAnchor, { anchor, entities }: FoldState, nowS: number): TrustAnchor {
  if (anchor !== pinned.entity_id) return pinned;
  const logged = (entities.get(anchor)?.keys ?? []).filter(({ use }) => use === 'federation').map(keyLifeOf);
  const revoked = new Set(logged.filter(({ state }) => state === 'revoked').map(({ jwk }) => jwk.kid));
  const known = new Map(pinned.jwks.keys.map((jwk) => [jwk.kid, jwk]));
  for (const jwk of usableKeys(logged, nowS)) known.set(jwk.kid, jwk);
  const keys = [...known.values()].filter(({ kid }) => !revoked.has(kid));
  return keys.length === 0 ? pinned : { ...pinned, jwks: { keys } };
}

/** A province's trust marks, from its anchor, as far as the log says that it holds them. One that cannot be had is left out. */
export async function marksFromAnchor(
  remote: RemoteStatements,
  anchor: (() => TrustAnchor) | null,
  state: FoldState,
  entityId: string,
): Promise<readonly TrustMarkEntry[]> {
  const level = conformanceOf(state, entityId);
  if (anchor === null || level === null) return [];
  const { entity_id } = anchor();
  const token = await remote.fetchEntityConfiguration(entity_id).catch(nullIfUntrusted);
  if (token === null) return [];
  const statement = peekEntityStatement(token);
  if (statement.kind !== 'configuration') return [];
  const levels = level === 'live' ? (['static', 'live'] as const) : (['static'] as const);
  const found = await Promise.all(
    levels.map(async (held): Promise<TrustMarkEntry[]> => {
      const trust_mark_type = conformanceMarkType(entity_id, held);
      const mark = await remote.fetchTrustMark(statement.claims, trust_mark_type, entityId).catch(nullIfUntrusted);
      return mark === null ? [] : [{ trust_mark_type, trust_mark: mark }];
    }),
  );
  return found.flat();
}
