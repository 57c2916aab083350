import type { z } from 'zod';
import { ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import { verifyHistoricalKeys } from './historical-keys.ts';
import { type JwkSet, keyIdentity, type PublicJwk } from './public-key.ts';
import { type ResolvedEntity, type TrustAnchor, validateChain } from './trust-chain.ts';
import { atLink, TrustError, type TrustErrorCode } from './trust-error.ts';

/** What every check up to the anchor stands on. */
export interface ChainChecks {
  readonly anchor: TrustAnchor;
  /** The trust chain of an entity, from a bundle or from a resolve endpoint. Throws TrustError where there is none. */
  readonly chainOf: (entityId: string) => readonly string[] | Promise<readonly string[]>;
  /** An entity's signed historical key set, where one is at hand: it tells of revocations since the chain was taken. */
  readonly historicalKeysOf?: (entityId: string) => string | null | Promise<string | null>;
  readonly atS: number;
}

/** One signature between the answer and the anchor. `code` says why where `ok` is false. */
export interface ChainLink {
  readonly typ: string;
  readonly iss: string;
  readonly kid: string;
  readonly ok: boolean;
  readonly code?: TrustErrorCode;
}

/** The links found good so far: tokens by their name, entities by their identifier. */
export class ChainLinks {
  readonly #links = new Map<string, ChainLink>();
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #anchorId: string;

  /** `tokens`: the `typ` of each named token, in the order in which they are shown. */
  constructor(tokens: ReadonlyMap<string, string>, anchorId: string) {
    this.#tokens = tokens;
    this.#anchorId = anchorId;
  }

  token(name: string, iss: string, kid: string): void {
    this.#links.set(name, { typ: this.#typOf(name), iss, kid, ok: true });
  }

  entity(iss: string, kid: string): void {
    this.#links.set(iss, { typ: ENTITY_STATEMENT_TYP, iss, kid, ok: true });
  }

  /** Tokens first, then the entities from the signers up to the anchor; a failure comes last. */
  inOrder(failure?: TrustError): ChainLink[] {
    const names = [...this.#tokens.keys()];
    const rank = (name: string) => {
      if (names.includes(name)) return names.indexOf(name);
      return name === this.#anchorId ? names.length + 1 : names.length;
    };
    const ordered = [...this.#links.entries()].sort(([a], [b]) => rank(a) - rank(b)).map(([, link]) => link);
    if (failure === undefined) return ordered;
    const name = failure.link ?? names[0] ?? '';
    return [...ordered, { typ: this.#typOf(name), iss: name, kid: '', ok: false, code: failure.code }];
  }

  #typOf(name: string): string {
    return this.#tokens.get(name) ?? ENTITY_STATEMENT_TYP;
  }
}

/** Resolves an entity through its own chain and notes the links. Throws TrustError naming the link that broke. */
export async function resolveEntity(entityId: string, checks: ChainChecks, links: ChainLinks): Promise<ResolvedEntity> {
  return await atLink(entityId, async () => {
    const resolved = await validateChain(await checks.chainOf(entityId), checks.anchor, checks.atS);
    if (resolved.entityId !== entityId) throw new TrustError('subject_mismatch', 'the chain is for another entity');
    for (const step of resolved.path) links.entity(step.entityId, step.kid);
    return resolved;
  });
}

/** The keys that a chain states, with what the entity has said since about those it gave up. Never a new key. */
export async function keysWithHistory(entity: ResolvedEntity, stated: JwkSet, checks: ChainChecks): Promise<JwkSet> {
  const token = (await checks.historicalKeysOf?.(entity.entityId)) ?? null;
  if (token === null) return stated;
  const { entityId: issuer, jwks } = entity;
  const past = await atLink(issuer, () => verifyHistoricalKeys(token, { issuer, jwks, atS: checks.atS }));
  const known = new Map(past.map((key) => [key.kid, key]));
  return { keys: stated.keys.map((key) => laterOf(key, known.get(key.kid))) };
}

/** A revocation and the earlier end of a window win, whichever of the two says so. */
function laterOf(stated: PublicJwk, past: PublicJwk | undefined): PublicJwk {
  if (past === undefined || keyIdentity(past) !== keyIdentity(stated)) return stated;
  const exp = Math.min(stated.exp ?? Number.POSITIVE_INFINITY, past.exp ?? Number.POSITIVE_INFINITY);
  const revoked = stated.revoked ?? past.revoked;
  return { ...stated, ...(Number.isFinite(exp) ? { exp } : {}), ...(revoked === undefined ? {} : { revoked }) };
}

/** One entity type's metadata in its own form. Throws `invalid_metadata` where the entity is not of that type. */
export function metadataOf<T extends z.ZodType>(entity: ResolvedEntity, type: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(entity.metadata[type]);
  if (!parsed.success) throw new TrustError('invalid_metadata', `the entity is no ${type}`);
  return parsed.data;
}
