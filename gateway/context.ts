import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { loadProvinces } from '../adapters/provinces/index.ts';
import { VenueTokens } from './access/venue-tokens.ts';
import type { Config } from './config.ts';
import { CoverageCounter } from './coverage/coverage-counter.ts';
import { createMetrics } from './coverage/metrics.ts';
import { NATIONAL_BASELINE } from './policy/baseline.ts';
import { sandboxMandates } from './policy/baseline-mandates.ts';
import { compilePolicy } from './policy/decide.ts';
import { writePrivateFile } from './private-file.ts';
import { createRegistryState, type RegisteredAdapter, type RegistryState } from './registry/registry-state.ts';
import { type SandboxChild, startSandbox } from './sandbox-child.ts';
import { sandboxEntities, sandboxEntityIds } from './sandbox-federation.ts';
import { EntityResolver } from './trust/entity-resolver.ts';
import { type HostedEntity, HostedFederation } from './trust/hosted-federation.ts';
import { type KeyRing, openKeyRing } from './trust/key-ring.ts';
import { publicJwkSchema } from './trust/public-key.ts';
import { readAnchor } from './trust/read-anchor.ts';
import { verifySm2 } from './trust/sm2.ts';
import { RECOGNITION_GATEWAY, type TrustBundle } from './trust/trust-bundle.ts';
import { ProvinceAdapters } from './upstream/province-adapters.ts';
import type { VerificationContext } from './verification/verification-context.ts';

/** Everything that a running gateway is made of. Composed here and nowhere else. */
export interface GatewayContext {
  readonly entityId: string;
  readonly log: Logger;
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens | null;
  readonly federation: HostedFederation;
  readonly anchorId: string | null;
  readonly attestationKeys: KeyRing;
  readonly provinces: ProvinceAdapters;
  readonly sandbox: SandboxChild | null;
  readonly suppressedBelow: number;
  readonly trustBundle: () => Promise<TrustBundle | null>;
  readonly close: () => Promise<void>;
}

/** Composes a gateway. `entityId` is where its own federation statements can be fetched. */
export async function createContext(config: Config, entityId: string, sandboxMode: boolean): Promise<GatewayContext> {
  const nowMs = Date.now;
  const nowS = () => Math.floor(nowMs() / 1000);
  const log: Logger = pino(
    { level: config.logLevel, base: { service: 'huren' } },
    pino.destination({ dest: 2, sync: false }),
  );
  const metrics = createMetrics();
  const folders = sandboxMode ? loadProvinces() : [];
  const adapters: RegisteredAdapter[] = folders.map(({ manifest, digest }) => ({ manifest, digest, stage: 'active' }));
  const ids = sandboxEntityIds(entityId);
  const sandbox = sandboxMode
    ? await startSandbox({
        dataDir: config.dataDir,
        audience: entityId,
        entityIds: Object.fromEntries(adapters.map(({ manifest: { province } }) => [province, ids.province(province)])),
      })
    : null;

  const keys = {
    federation: await openKeyRing(config.dataDir, 'gateway', 'federation', nowS()),
    attestation: await openKeyRing(config.dataDir, 'gateway', 'attestation', nowS()),
  };
  const entities: HostedEntity[] = [gatewayEntity(entityId, sandbox === null ? null : ids.anchor, keys)];
  if (sandbox !== null) {
    const manifests = adapters.map(({ manifest }) => manifest);
    entities.push(...(await sandboxEntities(config.dataDir, entityId, manifests, sandbox.ready, nowS())));
  }
  const federation = new HostedFederation(entities, nowS);
  const anchor = sandbox === null ? readAnchor(config.anchorFile) : anchorOf(entities, ids.anchor);
  const resolver = anchor === null ? null : new EntityResolver(anchor, (id) => federation.chainOf(id), nowS);

  const state = createRegistryState({
    adapters,
    mandates: sandboxMode ? sandboxMandates(nowMs(), ids.anchor, []) : [],
    baseline: compilePolicy(NATIONAL_BASELINE),
    policies: new Map(),
  });
  const provinces = new ProvinceAdapters(adapters, (province) => sandbox?.ready.provinces[province] ?? null, nowMs);
  const server = sandbox === null ? config.authorizationServer : sandbox.ready.provider;

  const context: GatewayContext = {
    entityId,
    log,
    verification: {
      entityId,
      registry: (): RegistryState => state,
      ask: (province, token) => provinces.ask(province, token),
      issuerKeys: async (province) => {
        const id = ids.province(province);
        if (resolver === null) throw new Error('a gateway without an anchor has no provinces to ask');
        return { entityId: id, jwks: await resolver.statementKeys(id, province) };
      },
      agencyKeys: (province) =>
        sandbox?.ready.provinces[province]?.agencyKeys.map(({ key }) => publicJwkSchema.parse(key.jwk)) ?? [],
      sm2Verify: verifySm2,
      attestationSigner: () => keys.attestation.signer,
      nowMs,
      newId: randomUUID,
      metrics,
      coverage: new CoverageCounter(),
    },
    tokens: server === null ? null : new VenueTokens(server, entityId, nowMs),
    federation,
    anchorId: anchor?.entity_id ?? null,
    attestationKeys: keys.attestation,
    provinces,
    sandbox,
    suppressedBelow: sandboxMode ? 1 : 10,
    trustBundle: async () => {
      if (anchor === null) return null;
      const chains: TrustBundle['chains'] = {};
      for (const { entityId: id } of entities) chains[id] = await federation.chainOf(id);
      return { ...anchor, chains };
    },
    close: async () => {
      await Promise.all([provinces.close(), sandbox?.stop()]);
    },
  };
  if (sandbox !== null) writeTrustFiles(config.dataDir, await context.trustBundle());
  return context;
}

function gatewayEntity(
  entityId: string,
  superior: string | null,
  keys: { readonly federation: KeyRing; readonly attestation: KeyRing },
): HostedEntity {
  return {
    entityId,
    signer: keys.federation.signer,
    publicKeys: keys.federation.publicKeys,
    superior,
    terms: new Map(),
    metadata: {
      federation_entity: { organization_name: 'Huren gateway' },
      [RECOGNITION_GATEWAY]: { jwks: { keys: [...keys.attestation.publicKeys] } },
    },
  };
}

function anchorOf(entities: readonly HostedEntity[], anchorId: string) {
  const entity = entities.find((candidate) => candidate.entityId === anchorId);
  if (entity === undefined) throw new Error('the sandbox has no anchor');
  return { entity_id: anchorId, jwks: { keys: [...entity.publicKeys] } };
}

/** So that the command line can verify offline on the machine where the sandbox runs. */
function writeTrustFiles(dataDir: string, bundle: TrustBundle | null): void {
  if (bundle === null) return;
  const { chains: _chains, ...anchor } = bundle;
  writePrivateFile(join(dataDir, 'anchor.json'), `${JSON.stringify(anchor, null, 2)}\n`);
  writePrivateFile(join(dataDir, 'trust-bundle.json'), `${JSON.stringify(bundle, null, 2)}\n`);
}
