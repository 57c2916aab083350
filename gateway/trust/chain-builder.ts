import type { EntityConfiguration } from './entity-claims.ts';
import { peekEntityStatement } from './entity-statement.ts';
import { MAX_CHAIN_STATEMENTS, type ResolvedEntity, type TrustAnchor, validateChain } from './trust-chain.ts';
import { atLink, TrustError } from './trust-error.ts';

export interface ChainLimits {
  /** Most statements in the chain, the anchor's configuration included. */
  readonly maxStatements: number;
  /** Most superiors that one entity may name. */
  readonly maxFanOut: number;
  /** Most statements looked up for one chain, repeats included: what bounds a graph made to keep us busy. */
  readonly maxLookUps: number;
}

export const DEFAULT_CHAIN_LIMITS: ChainLimits = { maxStatements: MAX_CHAIN_STATEMENTS, maxFanOut: 8, maxLookUps: 32 };

/** Where statements come from: guarded HTTP, a bundle or this process. null means "there is none"; faults throw. */
export interface StatementSource {
  readonly fetchEntityConfiguration: (entityId: string) => Promise<string | null>;
  /** `issuer` is the superior's configuration, unverified as yet; its metadata names its fetch endpoint. */
  readonly fetchSubordinateStatement: (issuer: EntityConfiguration, subjectId: string) => Promise<string | null>;
}

export interface BuildOptions extends StatementSource {
  readonly atS: number;
  readonly limits?: Partial<ChainLimits>;
}

export interface BuiltChain {
  /** As `validateChain` takes them: the subject's configuration first, the anchor's last. */
  readonly statements: readonly string[];
  readonly resolved: ResolvedEntity;
}

/**
 * Finds a valid chain from an entity up to the anchor along its authority hints (OpenID Federation 1.0 section 10.1)
 * and returns the first one; the anchor is tried before other superiors. What is looked up only steers the search:
 * nothing counts until `validateChain` has passed the whole path. Throws the refusal of the path that got furthest,
 * or `chain_fan_out` when the graph asks for more than the limits give.
 */
export async function buildChain(entityId: string, anchor: TrustAnchor, options: BuildOptions): Promise<BuiltChain> {
  const search = startSearch(anchor, options);
  const { token, claims } = await configurationOf(search, entityId);
  if (entityId === anchor.entity_id) return complete(search, [token]);
  const found = await climb(search, { configuration: claims, statements: [token], path: [entityId] });
  if (found !== undefined) return found;
  if (search.lookUps > search.limits.maxLookUps) throw tooManyLookUps();
  throw search.furthest?.error ?? new TrustError('anchor_unknown', 'no path leads to the anchor', { link: entityId });
}

interface Configuration {
  readonly token: string;
  readonly claims: EntityConfiguration;
}

interface Search {
  readonly anchor: TrustAnchor;
  readonly source: StatementSource;
  readonly atS: number;
  readonly limits: ChainLimits;
  /** Statements already obtained are not fetched again (section 10.1). */
  readonly obtained: Map<string, Promise<string | null>>;
  lookUps: number;
  furthest: { readonly depth: number; readonly error: TrustError } | undefined;
}

/** One entity on the way up, with the entities and statements from the chain's subject to it. */
interface Rung {
  readonly configuration: EntityConfiguration;
  readonly statements: readonly string[];
  readonly path: readonly string[];
}

function startSearch(anchor: TrustAnchor, options: BuildOptions): Search {
  const limits = { ...DEFAULT_CHAIN_LIMITS, ...options.limits };
  return { anchor, source: options, atS: options.atS, limits, obtained: new Map(), lookUps: 0, furthest: undefined };
}

async function climb(search: Search, rung: Rung): Promise<BuiltChain | undefined> {
  const { sub } = rung.configuration;
  try {
    for (const superior of superiorsOf(search, rung)) {
      const found = await atLink(superior, () => stepUp(search, rung, superior)).catch((error: unknown) => {
        remember(search, rung.path.length, error);
      });
      if (found !== undefined) return found;
    }
  } catch (error) {
    remember(search, rung.path.length, error instanceof TrustError ? error.at(sub) : error);
  }
  return undefined;
}

function superiorsOf({ anchor, limits }: Search, { configuration }: Rung): readonly string[] {
  const hints = new Set(configuration.authority_hints ?? []);
  if (hints.size === 0) throw new TrustError('anchor_unknown', 'the path ends short of the anchor');
  if (hints.size > limits.maxFanOut) throw new TrustError('chain_fan_out', 'an entity names too many superiors');
  return hints.has(anchor.entity_id) ? [...new Set([anchor.entity_id, ...hints])] : [...hints];
}

async function stepUp(search: Search, rung: Rung, superior: string): Promise<BuiltChain | undefined> {
  const { statements, path, configuration: subject } = rung;
  if (path.includes(superior)) throw new TrustError('chain_loop', 'the hints lead back to an entity on the path');
  // The superior's statement and, at the end, the anchor's configuration are still to come.
  if (statements.length + 2 > search.limits.maxStatements)
    throw new TrustError('chain_too_long', 'the path is too long');
  const above = await configurationOf(search, superior);
  const statement = await lookUp(search, `${superior} ${subject.sub}`, () =>
    search.source.fetchSubordinateStatement(above.claims, subject.sub),
  );
  const longer = [...statements, statement];
  if (superior === search.anchor.entity_id) return complete(search, [...longer, above.token]);
  return climb(search, { configuration: above.claims, statements: longer, path: [...path, superior] });
}

async function complete(search: Search, statements: readonly string[]): Promise<BuiltChain> {
  return { statements, resolved: await validateChain(statements, search.anchor, search.atS) };
}

async function configurationOf(search: Search, entityId: string): Promise<Configuration> {
  const token = await lookUp(search, entityId, () => search.source.fetchEntityConfiguration(entityId));
  const { kind, claims } = peekEntityStatement(token);
  if (kind !== 'configuration' || claims.sub !== entityId) {
    throw new TrustError('subject_mismatch', 'an entity configuration is another one than asked for');
  }
  return { token, claims };
}

async function lookUp(search: Search, name: string, fetchOne: () => Promise<string | null>): Promise<string> {
  search.lookUps += 1;
  if (search.lookUps > search.limits.maxLookUps) throw tooManyLookUps();
  const pending = search.obtained.get(name) ?? fetchOne();
  search.obtained.set(name, pending);
  const token = await pending.catch((error: unknown) => {
    throw error instanceof TrustError
      ? error
      : new TrustError('fetch_failed', 'a statement could not be fetched', { cause: error });
  });
  if (token === null) throw new TrustError('chain_broken', 'there is no such statement');
  return token;
}

function remember(search: Search, depth: number, error: unknown): void {
  if (!(error instanceof TrustError)) throw error;
  if (search.furthest === undefined || depth > search.furthest.depth) search.furthest = { depth, error };
}

function tooManyLookUps(): TrustError {
  return new TrustError('chain_fan_out', 'the chain asks for too many look-ups');
}
