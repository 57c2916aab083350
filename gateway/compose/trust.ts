import { collectBundle } from '../authority/bundle-files.ts';
import { openChainSource } from '../authority/chain-source.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import { conformanceMarkType, conformanceOf } from '../authority/trust-mark-register.ts';
import type { AppliedInvalidation } from '../cache/invalidation-feed.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { watchKeyRings } from '../keys/key-watch.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import { registeredProvinces } from '../registry/province-directory.ts';
import type { CredentialShelf } from '../trust/credential-shelf.ts';
import type { TrustMarkEntry } from '../trust/entity-claims.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { keyLifeOf, usableKeys } from '../trust/key-lifecycle.ts';
import { type ProvinceDirectory, ProvinceTrust } from '../trust/province-trust.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { nullIfUntrusted, TrustError, type TrustErrorCode } from '../trust/trust-error.ts';
import { keepBundleFile } from './bundle-file.ts';
import { type Hosting, openHosting } from './hosting.ts';
import type { PinnedAnchor } from './read-anchor.ts';

/** Keys, chains and whatever follows from them, kept up to date while the node runs. */
export interface Trust extends Hosting {
  /** Null: nobody told this node whom to believe. */
  readonly anchor: (() => TrustAnchor) | null;
  readonly remote: RemoteStatements;
  /** Null with no anchor. */
  readonly resolver: EntityResolver | null;
  readonly directory: ProvinceDirectory;
  readonly provinces: ProvinceTrust;
  /** The chain of an entity that this node has reason to ask about. Throws TrustError. */
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  /** A signed resolve response about an entity that is hosted here or admitted, by one that is hosted here. Throws TrustError. */
  readonly resolve: (entityId: string, resolverId: string, type: string | null) => Promise<string>;
  /** Gives up what is kept about a province whose key an event says is compromised, on every instance. */
  readonly forgetKey: (applied: AppliedInvalidation) => void;
  readonly trustBundle: () => Promise<TrustBundle | null>;
  readonly close: () => void;
}

interface Parts {
  readonly dataDir: string;
  readonly keys: KeyStore;
  readonly descriptions: readonly EntityDescription[];
  readonly pinned: PinnedAnchor | null;
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  readonly remote: RemoteStatements;
  readonly mayActivate: (description: EntityDescription, kid: string) => boolean;
  /** Signed status lists of the passes given out here, for whoever verifies them without a network. */
  readonly statusLists: () => Promise<Record<string, string>>;
  /** What certificates that holders carry are decided with, for the same. */
  readonly credentials: CredentialShelf;
  readonly nowS: () => number;
  /** Whether the chain of an entity could be read before the last one ends, or why not. */
  readonly onReadAhead: (entityId: string, fault: TrustErrorCode | null) => void;
  /** A key file that can no longer be used; the keys in use stay. */
  readonly onKeyFault: (error: unknown) => void;
  /** The file that the command line verifies with could not be written, or what goes into it could not be had. */
  readonly onBundleFault: (error: unknown) => void;
}

/** Opens the entities that this node hosts, and what it needs to check those of others. */
export async function openTrust(parts: Parts): Promise<Trust> {
  const { dataDir, pinned, registry, remote, nowS, onReadAhead, onKeyFault, onBundleFault } = parts;
  const folded = () => registry.folded();
  const anchor = pinned === null ? null : () => withLoggedKeys(pinned.federation, folded(), nowS());
  const fetchTrustMarks = (entityId: string) => marksFromAnchor(remote, anchor, folded(), entityId);
  const hosting = await openHosting({
    keys: parts.keys,
    descriptions: parts.descriptions,
    folded,
    nowS,
    mayActivate: parts.mayActivate,
    fetchTrustMarks,
  });
  const { federation, rings } = hosting;
  const directory = registeredProvinces(folded);
  const source = anchor === null ? nowhere : openChainSource(federation, anchor, { remote, nowS });
  const isVouchedFor = (entityId: string) => isAdmitted(folded(), entityId);
  const whenReadAhead = (entityId: string, fault: TrustErrorCode | null) => {
    if (fault === null) bundleFile.renew();
    onReadAhead(entityId, fault);
  };
  const resolver =
    anchor === null
      ? null
      : new EntityResolver({ anchor, chainOf: source, nowS, isVouchedFor, onReadAhead: whenReadAhead });
  const chainOf = (entityId: string) => resolver?.statements(entityId) ?? nowhere();
  const trustBundle = async () => {
    if (anchor === null) return null;
    const entityIds = [...new Set([...federation.entityIds(), ...directory.entityIds(), ...issuerIds(folded())])];
    const statusLists = await parts.statusLists();
    return await collectBundle({
      anchor: anchor(),
      federation,
      entityIds,
      chainOf,
      statusLists,
      registryPin: pinned?.pin,
      credentials: parts.credentials.bundled(),
    });
  };
  const bundleFile = keepBundleFile({
    dataDir,
    collect: trustBundle,
    firstEndS: ({ chains }) =>
      Math.min(...Object.keys(chains).map((id) => resolver?.known(id)?.expS ?? Number.POSITIVE_INFINITY)),
    nowS,
    onFault: onBundleFault,
  });
  const stopWatching = watchKeyRings({
    rings: rings.map(([, ring]) => ring),
    nowS,
    onChange: (ring) => {
      for (const [id, candidate] of rings) {
        if (candidate !== ring) continue;
        federation.renew(id);
        resolver?.forget(id);
      }
      bundleFile.write();
    },
    onError: onKeyFault,
  });
  const stopFollowing = followRecords(registry, (id) => resolver?.forget(id), bundleFile.write);
  const stopShelf = parts.credentials.onChange(bundleFile.write);
  return {
    ...hosting,
    remote,
    anchor,
    resolver,
    directory,
    provinces: new ProvinceTrust({ resolver, directory, folded }),
    chainOf,
    resolve: async (id, resolverId, type) => {
      // Anybody may ask: an address that only the asker knows is not looked up.
      if (anchor === null || !(federation.has(id) || isVouchedFor(id))) return await nowhere();
      const chain = await (resolver?.freshStatements(id) ?? nowhere());
      return await federation.resolveResponse(chain, anchor(), { resolverId, type });
    },
    forgetKey: ({ invalidation }) => {
      if (invalidation.kind !== 'key') return;
      const id = directory.entityIdOf(invalidation.province);
      if (id !== null) resolver?.forget(id);
    },
    trustBundle,
    close: () => {
      stopFollowing();
      stopShelf();
      stopWatching();
      bundleFile.stop();
    },
  };
}

/** Whoever may have signed a statement beside the provinces themselves. */
function issuerIds(state: FoldState): string[] {
  const issuers = [...state.subordinates.values()].filter(({ kind }) => kind === 'issuer');
  return issuers.map(({ entity_id }) => entity_id).filter((entityId) => isAdmitted(state, entityId));
}

/** The anchor's keys: those pinned, and those that it has announced in the log since, which a pinned key began. */
function withLoggedKeys(pinned: TrustAnchor, { anchor, entities }: FoldState, nowS: number): TrustAnchor {
  if (anchor !== pinned.entity_id) return pinned;
  const logged = (entities.get(anchor)?.keys ?? []).filter(({ use }) => use === 'federation').map(keyLifeOf);
  const revoked = new Set(logged.filter(({ state }) => state === 'revoked').map(({ jwk }) => jwk.kid));
  const known = new Map(pinned.jwks.keys.map((jwk) => [jwk.kid, jwk]));
  for (const jwk of usableKeys(logged, nowS)) known.set(jwk.kid, jwk);
  const keys = [...known.values()].filter(({ kid }) => !revoked.has(kid));
  return keys.length === 0 ? pinned : { ...pinned, jwks: { keys } };
}

/** A province's trust marks, from its anchor, as far as the log says that it holds them. One that cannot be had is left out. */
async function marksFromAnchor(
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

/** What the log changes of an entity makes every chain that was read before it one of yesterday. */
function followRecords(registry: Parts['registry'], forget: (entityId: string) => void, then: () => void): () => void {
  let before = registry.folded();
  return registry.onChange(() => {
    const now = registry.folded();
    // A state shares what an event left alone, so the same record is the same entity.
    for (const [id, record] of now.entities) if (before.entities.get(id)?.keys !== record.keys) forget(id);
    for (const [id, record] of now.subordinates) if (before.subordinates.get(id) !== record) forget(id);
    before = now;
    then();
  });
}

function nowhere(): Promise<never> {
  return Promise.reject(new TrustError('anchor_unknown', 'no chain for that entity is known here'));
}
