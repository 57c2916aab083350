import { join } from 'node:path';
import type { Logger } from 'pino';
import type { KeyStore } from '../keys/key-store.ts';
import { type LogSigner, openLogSigner, REGISTRY_OWNER } from '../keys/log-signer.ts';
import { LogError } from '../log/log-error.ts';
import type { LogStore } from '../log/store.ts';
import { openPostgresStore } from '../log/store-postgres.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import type { LiveCheck } from '../registry/adapter-check.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import type { FollowedRegistry } from '../registry/followed-registry.ts';
import type { Registry } from '../registry/registry.ts';
import type { SnapshotKey } from '../registry/snapshot-file.ts';
import type { SubmissionParts } from '../registry/submit-event.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import { type Config, ConfigError } from './config.ts';
import { isAway, openWithin } from './open-within.ts';

/** The registry of a node, and its copy of the log. */
export interface OpenRegistry {
  readonly registry: Registry;
  readonly store: LogStore;
  /** Null where the registry is written elsewhere, and followed. */
  readonly written: WrittenRegistry | null;
  /** Null where the registry is written here. */
  readonly followed: FollowedRegistry | null;
}

/** The registry with the store and the keys behind its log. */
export interface WrittenRegistry {
  readonly registry: WritableRegistry;
  readonly store: LogStore;
  readonly logSigner: LogSigner;
}

/**
 * Opens the log that this node writes, and folds it. `anchor`: whose registry is followed. Throws ConfigError where the store cannot be used,
 * RegistryError where its content cannot be right.
 */
export async function openRegistry(
  config: Config,
  { keys, database }: { readonly keys: KeyStore; readonly database: PostgresPool | null },
  entityId: string,
  anchor: GenesisRule['anchor'],
  logger: Logger,
): Promise<WrittenRegistry> {
  const origin = `${new URL(entityId).host}/log`;
  const opened: { registry: WritableRegistry | null; logSigner: LogSigner | null } = {
    registry: null,
    logSigner: null,
  };
  const logSigner = await openLogSigner(keys, REGISTRY_OWNER, origin, {
    nowS: Math.floor(Date.now() / 1000),
    // A checkpoint that is signed by a key which the log does not list is believed by nobody.
    mayActivate: (kid) => {
      const key = opened.logSigner?.verifierKeyOf(kid) ?? null;
      return key !== null && opened.registry?.folded().log?.keys.includes(key) === true;
    },
  });
  opened.logSigner = logSigner;
  const store = await openStore(config, database);
  try {
    const registry = await WritableRegistry.open({
      store,
      logSigner,
      snapshotPath: join(config.dataDir, 'registry-snapshot.json'),
      snapshotKey: await openSnapshotKey(keys),
      checkpointPath: lastCheckpointPath(config.dataDir),
      genesis: { anchor, logKeys: null },
      nowS: () => Math.floor(Date.now() / 1000),
      onFault: (fault) => logger.fatal({ code: fault.code, reason: fault.message }, 'the log is no longer followed'),
      onListenerFault: (error) => logListenerFault(logger, error),
    });
    opened.registry = registry;
    return { registry, store, logSigner };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Where a registry is written: what lets events in. Its own registry key, enrolled as a registrar's, signs what the
 * conformance kit found. `simulated`: made-up hosts are no fault, since everything here is played.
 * `lists`: whether an address lies in one of the operator's own networks, where a system may be.
 */
export async function openSubmission(
  opened: WrittenRegistry,
  settings: {
    readonly keys: KeyStore;
    readonly registrarId: string;
    readonly simulated: boolean;
    readonly lists: (address: string) => boolean;
    readonly live: LiveCheck;
  },
): Promise<SubmissionParts> {
  const { keys, registrarId, simulated, lists, live } = settings;
  const registrar = await keys.openActor(REGISTRY_OWNER, registrarId);
  return { registry: opened.registry, registrar, check: { production: !simulated, lists, nowMs: Date.now, live } };
}

/** What listens to the registry and threw: a fault of the software, which stops neither the registry nor other listeners. */
export function logListenerFault(logger: Logger, error: unknown): void {
  const reason = error instanceof Error ? error.message : 'unknown';
  logger.error({ reason }, 'a part of this node did not follow a change of the registry');
}

/** Where the last checkpoint is kept outside the store. */
export function lastCheckpointPath(dataDir: string): string {
  return join(dataDir, 'last-checkpoint.txt');
}

/** The node's own key for its snapshots: what it worked out before is nobody else's business. */
export async function openSnapshotKey(keys: KeyStore): Promise<SnapshotKey> {
  return await keys.openRing('node', 'snapshot', { nowS: Math.floor(Date.now() / 1000) });
}

/** Opens the log's store, waiting for a database that is not there yet. Throws ConfigError naming the setting. */
export async function openStore(
  { dataDir }: Pick<Config, 'dataDir'>,
  database: PostgresPool | null,
): Promise<LogStore> {
  try {
    if (database === null) return openSqliteStore(join(dataDir, 'log.sqlite'));
    const what = "the log's database (HUREN_DATABASE_URL)";
    return await openWithin(() => openPostgresStore({ pool: database }), { isAway, what });
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const setting = database === null ? 'HUREN_DATA_DIR' : 'HUREN_DATABASE_URL';
    throw new ConfigError(`${setting}: the log cannot be opened: ${error.message}`, { cause: error });
  }
}
