import { join } from 'node:path';
import type { ReadyMessage } from '../adapters/sandbox/protocol.ts';
import { type ProvinceCode, provinceCodeSchema } from '../schemas/code-lists/index.ts';
import type { Manifest } from '../schemas/manifest.ts';
import type { AppliedInvalidation } from './cache/invalidation-feed.ts';
import type { Config } from './config.ts';
import { writePrivateFile } from './private-file.ts';
import {
  federationEndpoints,
  openSandboxFederation,
  type SandboxFederation,
  sandboxEntityIds,
} from './sandbox-federation.ts';
import { type Agency, EntityResolver } from './trust/entity-resolver.ts';
import { type HostedEntity, HostedFederation } from './trust/hosted-federation.ts';
import type { KeyLife } from './trust/key-lifecycle.ts';
import { type KeyRing, openKeyRing } from './trust/key-ring.ts';
import { watchKeyRings } from './trust/key-watch.ts';
import { Passes } from './trust/passes.ts';
import type { JwkSet } from './trust/public-key.ts';
import { readAnchor } from './trust/read-anchor.ts';
import { ASSIGNMENT_AGENCY, RECOGNITION_GATEWAY, type RegistryPin, type TrustBundle } from './trust/trust-bundle.ts';
import type { TrustAnchor } from './trust/trust-chain.ts';
import { TrustError } from './trust/trust-error.ts';
import type { TrustMarkRegister } from './trust/trust-mark-register.ts';

/** Keys, chains and whatever follows from them, kept up to date while the gateway runs. */
export interface Trust {
  readonly federation: HostedFederation;
  /** Null: nobody told this gateway whom to believe. */
  readonly anchorId: string | null;
  readonly attestationKeys: KeyRing;
  /** Every key ring that this process keeps, by entity; an entity may have several. */
  readonly rings: readonly (readonly [entityId: string, ring: KeyRing])[];
  readonly trustMarks: TrustMarkRegister | null;
  /** The statement keys of a province; `reread` after an unknown kid fetches its chain again, though not too often. */
  readonly issuerKeys: (
    province: ProvinceCode,
    reread?: 'reread',
  ) => Promise<{ readonly entityId: string; readonly jwks: JwkSet; readonly expS: number }>;
  /** The keys that a province may sign security events with: its federation keys and its statement keys. */
  readonly eventKeys: (province: ProvinceCode) => Promise<{ readonly entityId: string; readonly jwks: JwkSet }>;
  readonly provinceOf: (entityId: string) => ProvinceCode | null;
  /** Gives up what is kept about a province whose key an event says is compromised, on every instance. */
  readonly forgetKey: (applied: AppliedInvalidation) => void;
  /** The agencies below a province that its chain vouches for. */
  readonly agencies: (province: ProvinceCode) => Promise<readonly Agency[]>;
  /** The keys that a province signs statements with, as a simulated province has them now. */
  readonly replaceProvinceKeys: (province: ProvinceCode, keys: readonly KeyLife[]) => void;
  /** What the log says of a province's statement keys; a retirement or revocation there ends a key, whoever hosts it. */
  readonly noteLoggedKeys: (province: ProvinceCode, keys: readonly KeyLife[]) => void;
  readonly passes: Passes;
  readonly trustBundle: () => Promise<TrustBundle | null>;
  readonly close: () => void;
}

interface Settings {
  readonly config: Config;
  readonly entityId: string;
  /** `registryPin` goes into the trust files, so that the log can be checked without asking whoever keeps it. */
  readonly sandbox: {
    readonly manifests: readonly Manifest[];
    readonly ready: ReadyMessage;
    readonly registryPin: RegistryPin;
  } | null;
  readonly nowS: () => number;
  /** A key file that can no longer be used; the keys in use stay. */
  readonly onKeyFault: (error: unknown) => void;
}

/** Opens the gateway's keys, the entities that it hosts, and what it needs to check those of others. */
export async function openTrust({ config, entityId, sandbox, nowS, onKeyFault }: Settings): Promise<Trust> {
  const { dataDir } = config;
  const ids = sandboxEntityIds(entityId);
  const own = {
    federation: await openKeyRing(dataDir, 'gateway', 'federation', nowS()),
    attestation: await openKeyRing(dataDir, 'gateway', 'attestation', nowS()),
  };
  const played =
    sandbox === null ? null : await openSandboxFederation({ dataDir, gatewayId: entityId, ...sandbox, nowS });
  const entities = [gatewayEntity(entityId, played === null ? null : ids.anchor, own), ...(played?.entities ?? [])];
  const federation = new HostedFederation(entities, nowS);
  const anchor = played === null ? configuredAnchor(config) : playedAnchor(ids.anchor, played);
  const resolver =
    anchor === null ? null : new EntityResolver({ anchor, chainOf: (id) => federation.chainOf(id), nowS });
  const rings = [
    [entityId, own.federation] as const,
    [entityId, own.attestation] as const,
    ...(played?.rings ?? new Map<string, KeyRing>()),
  ];
  const passes = new Passes({
    entityId,
    path: join(dataDir, 'passes.sqlite'),
    signer: () => own.attestation.signer,
    nowS,
  });
  const trustBundle = () => bundleOf({ anchor, federation, passes, registryPin: sandbox?.registryPin });
  const writeFiles = () => (played === null ? Promise.resolve() : writeTrustFiles(dataDir, trustBundle));
  const changed = (id: string) => {
    federation.renew(id);
    resolver?.forget(id);
    writeFiles().catch(onKeyFault);
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
    anchorId: anchor?.().entity_id ?? null,
    attestationKeys: own.attestation,
    rings,
    trustMarks: played?.trustMarks ?? null,
    issuerKeys: async (province, reread) => {
      const id = ids.province(province);
      const chains = having(resolver);
      if (reread !== undefined) chains.forgetStale(id);
      const jwks = await chains.statementKeys(id, province);
      return { entityId: id, jwks, expS: (await chains.resolve(id)).expS };
    },
    eventKeys: async (province) => {
      const id = ids.province(province);
      const { jwks } = await having(resolver).resolve(id);
      // A province behind a plain API signs no statements.
      const statements = await having(resolver)
        .statementKeys(id, province)
        .catch(() => ({ keys: [] }));
      return { entityId: id, jwks: { keys: [...jwks.keys, ...statements.keys] } };
    },
    provinceOf: (id) => {
      const parsed = provinceCodeSchema.safeParse(id.slice(id.lastIndexOf('/') + 1));
      return parsed.success && ids.province(parsed.data) === id ? parsed.data : null;
    },
    forgetKey: ({ invalidation }) => {
      if (invalidation.kind === 'key') resolver?.forget(ids.province(invalidation.province));
    },
    agencies: async (province) => {
      const below = federation.subordinates(ids.province(province));
      const found = below.filter(({ types }) => types.includes(ASSIGNMENT_AGENCY));
      const chains = found.map((agency) => having(resolver).agency(agency.entityId, province).catch(nullIfUntrusted));
      return (await Promise.all(chains)).filter((agency) => agency !== null);
    },
    replaceProvinceKeys: (province, keys) => {
      federation.replaceKeys(ids.province(province), keys);
      changed(ids.province(province));
    },
    noteLoggedKeys: (province, keys) => {
      federation.noteLoggedKeys(ids.province(province), keys);
      changed(ids.province(province));
    },
    passes,
    trustBundle,
    close: () => {
      stopWatching();
      passes.close();
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
  const anchor = readAnchor(config.anchorFile);
  return anchor === null ? null : () => anchor;
}

function playedAnchor(entityId: string, { anchorRing }: SandboxFederation): () => TrustAnchor {
  return () => ({ entity_id: entityId, jwks: { keys: [...anchorRing.publicKeys] } });
}

function having(resolver: EntityResolver | null): EntityResolver {
  if (resolver === null) throw new Error('a gateway without an anchor has no provinces to ask');
  return resolver;
}

/** An agency whose chain does not stand is no agency: what it signed is then an approval by a stranger. */
function nullIfUntrusted(error: unknown): null {
  if (error instanceof TrustError) return null;
  throw error;
}

interface BundleParts {
  readonly anchor: (() => TrustAnchor) | null;
  readonly federation: HostedFederation;
  readonly passes: Passes;
  readonly registryPin: RegistryPin | undefined;
}

async function bundleOf({ anchor, federation, passes, registryPin }: BundleParts): Promise<TrustBundle | null> {
  if (anchor === null) return null;
  const bundle: TrustBundle = {
    ...anchor(),
    chains: {},
    historical_keys: {},
    status_lists: await passes.statusLists(),
    ...(registryPin === undefined ? {} : { registry: registryPin }),
  };
  for (const id of federation.entityIds()) {
    bundle.chains[id] = await federation.chainOf(id);
    const past = await federation.historicalKeys(id);
    if (past !== null) bundle.historical_keys[id] = past;
  }
  return bundle;
}

/** So that the command line can verify offline on the machine where the sandbox runs. */
async function writeTrustFiles(dataDir: string, trustBundle: () => Promise<TrustBundle | null>): Promise<void> {
  const bundle = await trustBundle();
  if (bundle === null) return;
  const { entity_id, jwks, registry } = bundle;
  writePrivateFile(join(dataDir, 'anchor.json'), `${JSON.stringify({ entity_id, jwks, registry }, null, 2)}\n`);
  writePrivateFile(join(dataDir, 'trust-bundle.json'), `${JSON.stringify(bundle, null, 2)}\n`);
}
