import type { z } from 'zod';
import type { Level, ProvinceCode, Role, VenueKind } from '../../schemas/code-lists/index.ts';
import type { JwkSet } from './public-key.ts';
import {
  ASSIGNMENT_AGENCY,
  AUTHORIZATION_SERVER,
  agencyMetadataSchema,
  authorizationServerMetadataSchema,
  STATUS_ISSUER,
  statusIssuerMetadataSchema,
} from './trust-bundle.ts';
import { type ResolvedEntity, type TrustAnchor, validateChain } from './trust-chain.ts';
import { TrustError, type TrustErrorCode } from './trust-error.ts';

export interface ResolverParts {
  readonly anchor: () => TrustAnchor;
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  readonly nowS: () => number;
  /** Whether the registry vouches for an entity now: what was removed there is over, whatever chain still stands. */
  readonly isVouchedFor: (entityId: string) => boolean;
  /** Hears whether a chain that still stands could be read anew, or why not: nobody waits for that, and scans go on. */
  readonly onReadAhead?: (entityId: string, fault: TrustErrorCode | null) => void;
}

/** An agency below a province, as its whole chain vouches for it: which part of the procedure it may sign. */
export interface Agency extends JwkSet {
  readonly entityId: string;
  readonly level: Level;
  readonly role: Role;
}

/** A venues' authorization server, as its whole chain vouches for it: of which province, and for which venues. */
export interface AuthorizationServer {
  /** Its entity identifier, and the `iss` of its tokens. */
  readonly issuer: string;
  readonly province: ProvinceCode;
  readonly venueKinds: readonly VenueKind[];
  /** GB/T 2260 prefixes. */
  readonly regions: readonly string[];
  /** What its tokens are signed with. */
  readonly jwks: JwkSet;
  /** Where it wants to be asked about each token (RFC 7662); null: its signature is enough. */
  readonly introspectionEndpoint: string | null;
}

type StatusIssuer = z.infer<typeof statusIssuerMetadataSchema>;

interface Chain {
  readonly statements: readonly string[];
  readonly resolved: ResolvedEntity;
}

interface Kept {
  readonly chain: Promise<Chain>;
  readonly readAtS: number;
  /** The chain itself, once it is there. */
  settled: Chain | null;
}

/** A stranger's kid makes us read a chain again at most this often, so that nobody can keep us busy with made-up kids. */
const REREAD_EVERY_S = 1;
/**
 * Chains that strangers have read anew in a second, of whichever entities: each takes questions to several hosts, and whoever
 * asked about everybody in turn would have this node put them to the whole country.
 */
export const MOST_FRESH_A_SECOND = 32;

/** What trust chains say about issuing provinces and their agencies, kept no longer than the chain itself lasts. */
export class EntityResolver {
  readonly #kept = new Map<string, Kept>();
  /** The last reading for the sake of an unknown kid. */
  readonly #rereadings = new Map<string, Kept>();
  /** Read once for each chain: the same key set for the same chain, so that its keys are imported once. */
  readonly #issuers = new WeakMap<ResolvedEntity, StatusIssuer>();
  readonly #servers = new WeakMap<ResolvedEntity, AuthorizationServer>();
  readonly #agencies = new WeakMap<ResolvedEntity, Agency & { readonly province: ProvinceCode }>();
  readonly #fresh = { atS: Number.NaN, count: 0 };
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** The statement keys of a province. Throws TrustError where the entity has no valid chain or is not that province. */
  async statementKeys(entityId: string, province: ProvinceCode): Promise<JwkSet> {
    return this.statementKeysOf(await this.resolve(entityId), entityId, province);
  }

  /** The same of an entity that is resolved. */
  statementKeysOf(resolved: ResolvedEntity, entityId: string, province: ProvinceCode): JwkSet {
    const issuer = this.#issuer(resolved);
    if (issuer?.province === province) return issuer.jwks;
    throw new TrustError('invalid_metadata', 'the entity does not issue statements for that province', {
      link: entityId,
    });
  }

  #issuer(resolved: ResolvedEntity): StatusIssuer | undefined {
    const known = this.#issuers.get(resolved);
    if (known !== undefined) return known;
    const { data } = statusIssuerMetadataSchema.safeParse(resolved.metadata[STATUS_ISSUER]);
    if (data !== undefined) this.#issuers.set(resolved, data);
    return data;
  }

  /**
   * An agency's keys through its chain: agency, province, anchor. The province's policy fixes level and role, so that a
   * county's key cannot sign for the province's commission. The same object for the same chain. Throws TrustError.
   */
  async agency(entityId: string, province: ProvinceCode): Promise<Agency> {
    const agency = this.#agencyOf(await this.resolve(entityId), entityId);
    if (agency?.province === province) return agency;
    throw new TrustError('invalid_metadata', 'the entity is no agency of that province', { link: entityId });
  }

  #agencyOf(resolved: ResolvedEntity, entityId: string): (Agency & { readonly province: ProvinceCode }) | undefined {
    const known = this.#agencies.get(resolved);
    if (known !== undefined) return known;
    const { data } = agencyMetadataSchema.safeParse(resolved.metadata[ASSIGNMENT_AGENCY]);
    if (data === undefined) return undefined;
    const { level, role, jwks, province } = data;
    const agency = { entityId, level, role, province, keys: jwks.keys };
    this.#agencies.set(resolved, agency);
    return agency;
  }

  /**
   * A venues' authorization server through its chain: server, province, anchor. Its province's policy fixes whose it is
   * and which venues it may vouch for. The same object for the same chain. Throws TrustError.
   */
  async authorizationServer(entityId: string): Promise<AuthorizationServer> {
    const resolved = await this.resolve(entityId);
    return this.#serverOf(resolved, entityId);
  }

  /** The same where its chain is known and was read before, at once; null where it has to be looked at. */
  knownServer(entityId: string): AuthorizationServer | null {
    const resolved = this.known(entityId);
    return (resolved === null ? undefined : this.#servers.get(resolved)) ?? null;
  }

  #serverOf(resolved: ResolvedEntity, entityId: string): AuthorizationServer {
    const known = this.#servers.get(resolved);
    if (known !== undefined) return known;
    const { data } = authorizationServerMetadataSchema.safeParse(resolved.metadata[AUTHORIZATION_SERVER]);
    // Tokens name it by `iss`: were that another name than the log's, nobody could say which entry a token falls under.
    if (data === undefined || data.issuer !== entityId) {
      throw new TrustError('invalid_metadata', 'the entity is no authorization server', { link: entityId });
    }
    const { issuer, huren_province: province, huren_venue_kinds: venueKinds, huren_regions: regions, jwks } = data;
    const introspectionEndpoint =
      data.huren_introspection_required === true ? (data.introspection_endpoint ?? null) : null;
    const server = { issuer, province, venueKinds, regions, jwks, introspectionEndpoint };
    this.#servers.set(resolved, server);
    return server;
  }

  /** Resolves an entity, from what is kept while its chain stands. Throws TrustError. */
  async resolve(entityId: string): Promise<ResolvedEntity> {
    return this.known(entityId) ?? (await this.#chain(entityId)).resolved;
  }

  /** What is kept of an entity while its chain stands, at once; null where it has to be read. */
  known(entityId: string): ResolvedEntity | null {
    if (!this.#parts.isVouchedFor(entityId)) return null;
    const kept = this.#kept.get(entityId);
    return kept === undefined || kept.settled === null
      ? null
      : (this.#standing(entityId, kept, kept.settled)?.resolved ?? null);
  }

  /** The validated chain itself, for whoever is to check it again. Throws TrustError. */
  async statements(entityId: string): Promise<readonly string[]> {
    return (await this.#chain(entityId)).statements;
  }

  /**
   * As `statements`, for whoever is to learn of keys that have changed since: read anew unless that was done a moment ago.
   * Where nobody answers, or too much is asked for in this second, what is kept counts for as long as it stands.
   */
  async freshStatements(entityId: string): Promise<readonly string[]> {
    const kept = this.#kept.get(entityId);
    const isOld = kept !== undefined && this.#parts.nowS() - kept.readAtS >= REREAD_EVERY_S;
    if (isOld && this.#mayReadFresh()) await this.#readAhead(entityId, kept);
    return await this.statements(entityId);
  }

  #mayReadFresh(): boolean {
    const nowS = this.#parts.nowS();
    if (this.#fresh.atS !== nowS) Object.assign(this.#fresh, { atS: nowS, count: 0 });
    this.#fresh.count += 1;
    return this.#fresh.count <= MOST_FRESH_A_SECOND;
  }

  /** Gives up what is kept about an entity, and about everything whose chain runs through it: a key has changed. */
  forget(entityId: string): void {
    for (const [id, { chain }] of this.#kept) {
      if (id === entityId) this.#kept.delete(id);
      void chain.then(
        ({ resolved: { path } }) => {
          if (path.some((step) => step.entityId === entityId) && this.#kept.get(id)?.chain === chain) {
            this.#kept.delete(id);
          }
        },
        () => undefined,
      );
    }
  }

  /**
   * For an unknown kid: reads the chain again, seldom, and whoever asks for that meanwhile waits along. Where none can be
   * had, who asked is told, since the kid may be a new one; the chain before stays for everybody else, or a stranger's
   * made-up kid would lose it while a superior is away. Throws TrustError.
   */
  async reread(entityId: string): Promise<void> {
    const kept = this.#kept.get(entityId);
    // The next look reads it anyway.
    if (kept === undefined) return;
    const readAtS = this.#parts.nowS();
    const isRecent = (readingAtS: number) => readAtS - readingAtS < REREAD_EVERY_S;
    const last = this.#rereadings.get(entityId);
    if (last !== undefined && isRecent(last.readAtS)) return void (await last.chain);
    const next = this.#validated(entityId);
    this.#rereadings.set(entityId, next);
    await next.chain;
    if (this.#kept.get(entityId) === kept) this.#kept.set(entityId, next);
  }

  async #chain(entityId: string): Promise<Chain> {
    if (!this.#parts.isVouchedFor(entityId)) {
      throw new TrustError('not_admitted', 'the registry does not vouch for the entity', { link: entityId });
    }
    const kept = this.#kept.get(entityId);
    if (kept === undefined) return await this.#read(entityId);
    return this.#standing(entityId, kept, await kept.chain) ?? (await this.#read(entityId));
  }

  /** A chain that is kept, while it stands. */
  #standing(entityId: string, kept: Kept, chain: Chain): Chain | null {
    const nowS = this.#parts.nowS();
    const { expS } = chain.resolved;
    if (nowS >= expS) return null;
    // Read ahead at half its life, so that no superior that is away for a while is missed.
    if (nowS >= (kept.readAtS + expS) / 2) void this.#readAhead(entityId, kept);
    return chain;
  }

  #read(entityId: string): Promise<Chain> {
    const kept = this.#validated(entityId);
    this.#kept.set(entityId, kept);
    // A failure is not remembered: the entity may be mended before the next look.
    kept.chain.catch(() => {
      if (this.#kept.get(entityId) === kept) this.#kept.delete(entityId);
    });
    return kept.chain;
  }

  async #readAhead(entityId: string, last: Kept): Promise<void> {
    // What is kept meanwhile counts as just read, so that one reading is under way and the next one is seconds off.
    const meanwhile = { chain: last.chain, readAtS: this.#parts.nowS(), settled: last.settled };
    this.#kept.set(entityId, meanwhile);
    const next = this.#validated(entityId);
    await next.chain.then(
      () => {
        if (this.#kept.get(entityId) === meanwhile) this.#kept.set(entityId, next);
        this.#parts.onReadAhead?.(entityId, null);
      },
      (error: unknown) =>
        this.#parts.onReadAhead?.(entityId, error instanceof TrustError ? error.code : 'fetch_failed'),
    );
  }

  #validated(entityId: string): Kept {
    const nowS = this.#parts.nowS();
    const kept: Kept = { chain: this.#validate(entityId, nowS), readAtS: nowS, settled: null };
    kept.chain.then(
      (chain) => {
        kept.settled = chain;
      },
      () => undefined,
    );
    return kept;
  }

  async #validate(entityId: string, nowS: number): Promise<Chain> {
    const statements = await this.#parts.chainOf(entityId);
    const resolved = await validateChain(statements, this.#parts.anchor(), nowS);
    if (resolved.entityId === entityId) return { statements, resolved };
    throw new TrustError('subject_mismatch', 'the chain is for another entity', { link: entityId });
  }
}
