import type { Logger } from 'pino';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Config } from '../compose/config.ts';
import { type OpenRegistry, openRegistry, readAdapterTexts } from '../compose/open-registry.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import { type RegistryPin, registryPinSchema } from '../trust/trust-bundle.ts';
import { openSandboxActors, type SandboxActors } from './actors.ts';
import { operatorAccounts, playCeremony } from './ceremony.ts';
import { type SandboxChild, startSandbox } from './child.ts';
import { sandboxEntityIds } from './federation.ts';

/** What sandbox mode adds: the simulated provinces, and a registry in which the gateway has played everybody's part. */
export interface SandboxMode {
  readonly child: SandboxChild;
  readonly opened: OpenRegistry;
  readonly manifests: readonly Manifest[];
  readonly registryPin: RegistryPin;
}

/** Starts the simulated provinces of a gateway, for it alone or for all of its processes. */
export async function startProvinces(config: Config, entityId: string): Promise<SandboxChild> {
  const provinces = loadProvinces().map(({ manifest }) => manifest.province);
  return await playProvinces(config, entityId, await openSandboxActors(config.dataDir, entityId, provinces));
}

async function playProvinces(config: Config, entityId: string, actors: SandboxActors): Promise<SandboxChild> {
  const ids = sandboxEntityIds(entityId);
  const provinces = loadProvinces().map(({ manifest }) => manifest.province);
  return await startSandbox({
    dataDir: config.dataDir,
    audience: entityId,
    entityIds: Object.fromEntries(provinces.map((province) => [province, ids.province(province)])),
    operators: operatorAccounts(actors),
  });
}

/**
 * Starts the simulated provinces and, meanwhile, opens or creates the registry. `running`: the provinces that another
 * process of the same gateway has started.
 */
export async function openSandboxMode(
  config: Config,
  database: PostgresPool | null,
  entityId: string,
  logger: Logger,
  running: SandboxChild | null,
): Promise<SandboxMode> {
  const manifests = loadProvinces().map(({ manifest }) => manifest);
  const provinces = manifests.map(({ province }) => province);
  const actors = await openSandboxActors(config.dataDir, entityId, provinces);
  const starting = running === null ? playProvinces(config, entityId, actors) : Promise.resolve(running);
  const opening = openPlayedRegistry(config, database, entityId, actors, logger);
  const [child, opened] = await Promise.allSettled([starting, opening]);
  if (child.status === 'fulfilled' && opened.status === 'fulfilled') {
    return { child: child.value, opened: opened.value, manifests, registryPin: pinOf(opened.value) };
  }
  if (child.status === 'fulfilled') await child.value.stop();
  if (opened.status === 'fulfilled') await opened.value.registry.close();
  throw child.status === 'rejected' ? child.reason : opened.status === 'rejected' ? opened.reason : undefined;
}

/** The anchor's registry keys and the log's own, from the registry that was just opened with both in hand. */
function pinOf({ registry, logSigner }: OpenRegistry): RegistryPin {
  const { anchor, entities } = registry.folded();
  const keys = entities.get(anchor ?? '')?.keys ?? [];
  return registryPinSchema.parse({
    entity_id: anchor,
    jwks: { keys: keys.filter(({ use }) => use === 'registry').map(({ jwk }) => jwk) },
    log_keys: [logSigner.verifierKey],
  });
}

async function openPlayedRegistry(
  config: Config,
  database: PostgresPool | null,
  entityId: string,
  actors: SandboxActors,
  logger: Logger,
): Promise<OpenRegistry> {
  const { anchor } = actors;
  const trusted = { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] } };
  const opened = await openRegistry(config, database, entityId, trusted, logger);
  const { registry, logSigner } = opened;
  try {
    await playCeremony({ registry, actors, log: logSigner, adapters: readAdapterTexts(), nowMs: Date.now, logger });
    return opened;
  } catch (error) {
    await registry.close();
    throw error;
  }
}
