import { collectBundle } from '../authority/bundle-files.ts';
import { openChainSource } from '../authority/chain-source.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import type { AppliedInvalidation } from '../cache/invalidation-feed.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { watchKeyRings } from '../keys/key-watch.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import { registeredProvinces } from '../registry/province-directory.ts';
import type { CredentialShelf } from '../trust/credential-shelf.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { type ProvinceDirectory, ProvinceTrust } from '../trust/province-trust.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { TrustError, type TrustErrorCode } from '../trust/trust-error.ts';
import { type BundleFile, keepBundleFile } from './bundle-file.ts';
import { marksFromAnchor, withLoggedKeys } from './from-anchor.ts';
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
  const { keys, descriptions, pinned, registry, remote, mayActivate, nowS } = parts;
  const folded = () => registry.folded();
  const anchor = pinned === null ? null : () => withLoggedKeys(pinned.federation, folded(), nowS());
  const fetchTrustMarks = (entityId: string) => marksFromAnchor(remote, anchor, folded(), entityId);
  const hosting = await openHosting({ keys, descriptions, folded, nowS, mayActivate, fetchTrustMarks });
  const { federation } = hosting;
  const directory = registeredProvinces(folded);
  const isVouchedFor = (entityId: string) => isAdmitted(folded(), entityId);
  const whenReadAhead = (entityId: string, fault: TrustErrorCode | null) => {
    if (fault === null) bundleFile.renew();
    parts.onReadAhead(entityId, fault);
  };
  const resolver =
    anchor === null
      ? null
      : new EntityResolver({
          anchor,
          chainOf: openChainSource(federation, anchor, { remote, nowS }),
          nowS,
          isVouchedFor,
          onReadAhead: whenReadAhead,
        });
  const chainOf = (entityId: string) => resolver?.statements(entityId) ?? nowhere();
  const forget = (entityId: string) => resolver?.forget(entityId);
  const trustBundle = async () =>
    anchor === null ? null : await bundleOf(parts, { anchor, federation, directory, chainOf });
  const bundleFile = keepBundle(parts, trustBundle, resolver);
  const stopFollowing = followChanges(parts, hosting, { forget, write: bundleFile.write });
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
      if (id !== null) forget(id);
    },
    trustBundle,
    close: () => {
      stopFollowing();
      bundleFile.stop();
    },
  };
}

interface Known extends Pick<Trust, 'federation' | 'directory' | 'chainOf'> {
  readonly anchor: () => TrustAnchor;
}

/** What an offline verifier takes along: about the entities of this node, the provinces and their issuers. */
async function bundleOf(
  { pinned, registry, statusLists, credentials }: Parts,
  { anchor, federation, directory, chainOf }: Known,
): Promise<TrustBundle> {
  const ids = [...federation.entityIds(), ...directory.entityIds(), ...issuerIds(registry.folded())];
  const lists = await statusLists();
  return await collectBundle({
    anchor: anchor(),
    federation,
    entityIds: [...new Set(ids)],
    chainOf,
    statusLists: lists,
    registryPin: pinned?.pin,
    credentials: credentials.bundled(),
  });
}

/** Keeps the bundle in a file, for as long as the chain in it that ends first. */
function keepBundle(
  { dataDir, nowS, onBundleFault }: Parts,
  collect: Trust['trustBundle'],
  resolver: EntityResolver | null,
): BundleFile {
  const endOf = (entityId: string) => resolver?.known(entityId)?.expS ?? Number.POSITIVE_INFINITY;
  const firstEndS = ({ chains }: TrustBundle) => Math.min(...Object.keys(chains).map(endOf));
  return keepBundleFile({ dataDir, collect, firstEndS, nowS, onFault: onBundleFault });
}

interface Kept {
  readonly forget: (entityId: string) => void;
  readonly write: () => void;
}

/** Forgets the chains of whoever has other keys or records, and writes the bundle anew then and for other certificates. Returns what ends it. */
function followChanges(
  { registry, credentials, nowS, onKeyFault }: Parts,
  { federation, rings }: Hosting,
  { forget, write }: Kept,
): () => void {
  const stops = [
    followRecords(registry, forget, write),
    credentials.onChange(write),
    watchKeyRings({
      rings: rings.map(([, ring]) => ring),
      nowS,
      onChange: (ring) => {
        for (const [id, candidate] of rings) {
          if (candidate !== ring) continue;
          federation.renew(id);
          forget(id);
        }
        write();
      },
      onError: onKeyFault,
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Whoever may have signed a statement beside the provinces themselves. */
function issuerIds(state: FoldState): string[] {
  const issuers = [...state.subordinates.values()].filter(({ kind }) => kind === 'issuer');
  return issuers.map(({ entity_id }) => entity_id).filter((entityId) => isAdmitted(state, entityId));
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
