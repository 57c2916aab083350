import type { ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { collectBundle, writeBundleFiles } from '../authority/bundle-files.ts';
import { type ChainSource, hostedChains, remoteChains } from '../authority/chain-source.ts';
import { type HostedEntity, HostedFederation } from '../authority/hosted-federation.ts';
import type { ConformanceLevel, TrustMarkRegister } from '../authority/trust-mark-register.ts';
import type { AppliedInvalidation } from '../cache/invalidation-feed.ts';
import { type KeyRing, openKeyRing } from '../keys/key-ring.ts';
import { watchKeyRings } from '../keys/key-watch.ts';
import type { PassStore } from '../passes/pass-store.ts';
import { Passes } from '../passes/passes.ts';
import {
  federationEndpoints,
  openSandboxFederation,
  type SandboxFederation,
  sandboxEntityIds,
} from '../sandbox/federation.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import type { KeyLife } from '../trust/key-lifecycle.ts';
import { type ProvinceDirectory, ProvinceTrust } from '../trust/province-trust.ts';
import type { RemoteStatements } from '../trust/remote-statements.ts';
import { ASSIGNMENT_AGENCY, RECOGNITION_GATEWAY, type RegistryPin, type TrustBundle } from '../trust/trust-bundle.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { Config } from './config.ts';
import { readAnchor } from './read-anchor.ts';

/** Keys, chains and whatever follows from them, kept up to date while the gateway runs. */
export interface Trust {
  readonly federation: HostedFederation;
  /** Null: nobody told this gateway whom to believe. */
  readonly anchorId: string | null;
  readonly attestationKeys: KeyRing;
  /** Every key ring that this process keeps, by entity; an entity may have several. */
  readonly rings: readonly (readonly [entityId: string, ring: KeyRing])[];
  readonly trustMarks: TrustMarkRegister | null;
  readonly provinces: ProvinceTrust;
  /** The chain of an entity that this gateway has reason to ask about. Throws TrustError. */
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  /** A signed resolve response about an entity that is hosted here or registered, by one that is hosted here. Throws TrustError. */
  readonly resolve: (entityId: string, resolverId: string, type: string | null) => Promise<string>;
  /** Gives up what is kept about a province whose key an event says is compromised, on every instance. */
  readonly forgetKey: (applied: AppliedInvalidation) => void;
  /** The keys that a province signs statements with, as a simulated province has them now. */
  readonly replaceProvinceKeys: (province: ProvinceCode, keys: readonly KeyLife[]) => void;
  /** What the log says of a province's statement keys; a retirement or revocation there ends a key, whoever hosts it. */
  readonly noteLoggedKeys: (province: ProvinceCode, keys: readonly KeyLife[]) => void;
  /** What a province's adapter in use has passed, as the log has it: trust marks follow, where they are issued here. */
  readonly noteConformance: (province: ProvinceCode, level: ConformanceLevel | null) => void;
  readonly passes: Passes;
  readonly trustBundle: () => Promise<TrustBundle | null>;
  readonly close: () => void;
}

interface Settings {
  readonly config: Config;
  readonly entityId: string;
  readonly passStore: StoreWatch<PassStore>;
  /** `registryPin` goes into the trust files, so that the log can be checked without asking whoever keeps it. */
  readonly sandbox: {
    readonly manifests: readonly Manifest[];
    readonly ready: ReadyMessage;
    readonly registryPin: RegistryPin;
  } | null;
  /** Outside the sandbox: who speaks for which province, by the registry. */
  readonly registered: ProvinceDirectory;
  readonly remote: RemoteStatements;
  readonly nowS: () => number;
  /** A key file that can no longer be used; the keys in use stay. */
  readonly onKeyFault: (error: unknown) => void;
}

/** Opens the gateway's keys, the entities that it hosts, and what it needs to check those of others. */
export async function openTrust(settings: Settings): Promise<Trust> {
  const { config, entityId, sandbox, nowS, onKeyFault } = settings;
  const { dataDir } = config;
  const own = {
    federation: await openKeyRing(dataDir, 'gateway', 'federation', nowS()),
    attestation: await openKeyRing(dataDir, 'gateway', 'attestation', nowS()),
  };
  const played =
    sandbox === null ? null : await openSandboxFederation({ dataDir, gatewayId: entityId, ...sandbox, nowS });
  const anchor = played === null ? configuredAnchor(config) : playedAnchor(sandboxEntityIds(entityId).anchor, played);
  const superior = anchor?.().entity_id ?? null;
  const federation = new HostedFederation([gatewayEntity(entityId, superior, own), ...(played?.entities ?? [])], nowS);
  const { resolver, provinces, chainOf, directory } = openChains(settings, federation, anchor, played !== null);
  const rings = [
    [entityId, own.federation] as const,
    [entityId, own.attestation] as const,
    ...(played?.rings ?? new Map<string, KeyRing>()),
  ];
  const signer = () => own.attestation.signer;
  const passes = new Passes({ entityId, store: settings.passStore, signer, nowS });
  const trustBundle = async () =>
    anchor === null
      ? null
      : await collectBundle({
          anchor: anchor(),
          federation,
          entityIds: [...new Set([...federation.entityIds(), ...directory.entityIds()])],
          chainOf,
          statusLists: await passes.statusLists(),
          registryPin: sandbox?.registryPin,
        });
  const writeFiles = async () => {
    const bundle = played === null ? null : await trustBundle();
    if (bundle !== null) writeBundleFiles(dataDir, bundle);
  };
  let isWriting = false;
  const changed = (id: string) => {
    federation.renew(id);
    resolver?.forget(id);
    // What changes together is written once.
    if (isWriting) return;
    isWriting = true;
    setImmediate(() => {
      isWriting = false;
      writeFiles().catch(onKeyFault);
    });
  };
  const changedProvince = (province: ProvinceCode, change: (id: string) => void) => {
    const id = directory.entityIdOf(province);
    if (id === null) return;
    change(id);
    changed(id);
  };
  const stopWatching = watchKeyRings({
    rings: rings.map(([, ring]) => ring),
    nowS,
    onChange: (ring) => {
      for (const [id, candidate] of rings) if (candidate === ring) changed(id);
    },
    onError: onKeyFault,
  });
  await writeFiles();
  return {
    federation,
    anchorId: superior,
    attestationKeys: own.attestation,
    rings,
    trustMarks: played?.trustMarks ?? null,
    provinces,
    chainOf,
    resolve: async (id, resolverId, type) => {
      // Anybody may ask: an address that only the asker knows is not looked up.
      const isKnown = federation.has(id) || directory.provinceOf(id) !== null;
      if (anchor === null || !isKnown) return await nowhere();
      return await federation.resolveResponse(await chainOf(id), anchor(), { resolverId, type });
    },
    forgetKey: ({ invalidation }) => {
      if (invalidation.kind === 'key') provinces.forget(invalidation.province);
    },
    replaceProvinceKeys: (province, keys) => changedProvince(province, (id) => federation.replaceKeys(id, keys)),
    noteLoggedKeys: (province, keys) => {
      provinces.noteLoggedKeys(province, keys);
      changedProvince(province, (id) => federation.noteLoggedKeys(id, keys));
    },
    noteConformance: (province, level) =>
      changedProvince(province, (id) => played?.trustMarks.setConformance(id, level)),
    passes,
    trustBundle,
    close: stopWatching,
  };
}

/** Where chains come from, and who keeps those that were checked. */
function openChains(
  { entityId, registered, remote, nowS }: Settings,
  federation: HostedFederation,
  anchor: (() => TrustAnchor) | null,
  played: boolean,
) {
  const directory = played ? playedProvinces(entityId) : registered;
  if (anchor === null) {
    const provinces = new ProvinceTrust({ resolver: null, directory, agenciesBelow: async () => [] });
    return { resolver: null, provinces, directory, chainOf: nowhere };
  }
  const source: ChainSource = played ? hostedChains(federation) : remoteChains(federation, anchor(), { remote, nowS });
  const resolver = new EntityResolver({ anchor, chainOf: source.chainOf, nowS });
  const agenciesBelow = async (id: string) => await source.subordinates(await resolver.resolve(id), ASSIGNMENT_AGENCY);
  const provinces = new ProvinceTrust({ resolver, directory, agenciesBelow });
  const chainOf = played ? source.chainOf : (id: string) => resolver.statements(id);
  return { resolver, provinces, directory, chainOf };
}

function nowhere(): Promise<never> {
  return Promise.reject(new TrustError('anchor_unknown', 'no chain for that entity is known here'));
}

/** In the sandbox a province's identifier follows from the gateway's own. */
function playedProvinces(gatewayId: string): ProvinceDirectory {
  const ids = sandboxEntityIds(gatewayId);
  return {
    entityIds: () => [],
    entityIdOf: ids.province,
    provinceOf: (id) => {
      const parsed = provinceCodeSchema.safeParse(id.slice(id.lastIndexOf('/') + 1));
      return parsed.success && ids.province(parsed.data) === id ? parsed.data : null;
    },
  };
}

function gatewayEntity(
  entityId: string,
  superior: string | null,
  own: { readonly federation: KeyRing; readonly attestation: KeyRing },
): HostedEntity {
  return {
    entityId,
    federationKeys: own.federation,
    superior,
    terms: new Map(),
    metadata: {
      federation_entity: { organization_name: 'Huren gateway', ...federationEndpoints(entityId) },
      [RECOGNITION_GATEWAY]: {},
    },
    published: { type: RECOGNITION_GATEWAY, lives: () => own.attestation.lives },
  };
}

function configuredAnchor(config: Config): (() => TrustAnchor) | null {
  const pinned = readAnchor(config.anchorFile);
  return pinned === null ? null : () => pinned.federation;
}

function playedAnchor(entityId: string, { anchorRing }: SandboxFederation): () => TrustAnchor {
  return () => ({ entity_id: entityId, jwks: { keys: [...anchorRing.publicKeys] } });
}
