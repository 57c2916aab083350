import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Metrics } from '../coverage/metrics.ts';
import { type LogSigner, openLogSigner } from '../keys/log-signer.ts';
import { openSignerFile } from '../keys/signer-file.ts';
import { LogError } from '../log/log-error.ts';
import type { LogStore } from '../log/store.ts';
import { openPostgresStore } from '../log/store-postgres.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import type { LiveCheck } from '../registry/adapter-check.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import { LiveRegistry } from '../registry/live-registry.ts';
import { openRegistryMetrics } from '../registry/registry-metrics.ts';
import type { SubmissionParts } from '../registry/submit-event.ts';
import { gatewaySignerPath } from '../sandbox/actors.ts';
import type { AdapterTexts } from '../sandbox/ceremony.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import { type Config, ConfigError } from './config.ts';

/** The registry with the store and the key behind its log. */
export interface OpenRegistry {
  readonly registry: LiveRegistry;
  readonly store: LogStore;
  readonly logSigner: LogSigner;
}

/**
 * Opens the log and folds it. `anchor`: whose registry is followed. Throws ConfigError where the store cannot be used,
 * RegistryError where its content cannot be right.
 */
export async function openRegistry(
  config: Config,
  database: PostgresPool | null,
  entityId: string,
  anchor: GenesisRule['anchor'],
  logger: Logger,
): Promise<OpenRegistry> {
  const origin = `${new URL(entityId).host}/log`;
  const logSigner = openLogSigner(join(config.dataDir, 'keys', 'log', 'checkpoint.json'), origin);
  const store = await openStore(config, database);
  try {
    const registry = await LiveRegistry.open({
      store,
      logSigner,
      snapshotPath: join(config.dataDir, 'registry-snapshot.json'),
      genesis: { anchor, verifierKey: logSigner.verifierKey },
      nowS: () => Math.floor(Date.now() / 1000),
      onFault: (fault) => logger.fatal({ code: fault.code, reason: fault.message }, 'the log is no longer followed'),
    });
    return { registry, store, logSigner };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What the registry's HTTP side needs. */
export interface RegistryDoor extends OpenRegistry {
  readonly submission: SubmissionParts;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

/** Lets events in: with the gateway's own registry key, which signs what its conformance kit found. */
export async function openRegistryDoor(
  opened: OpenRegistry,
  settings: {
    readonly config: Config;
    readonly entityId: string;
    readonly production: boolean;
    readonly live: LiveCheck;
    readonly metrics: Metrics;
  },
): Promise<RegistryDoor> {
  const { config, entityId, production, live, metrics } = settings;
  const registrar = await openSignerFile(gatewaySignerPath(config.dataDir), entityId);
  openRegistryMetrics(metrics.registry, opened.registry);
  return {
    ...opened,
    submission: { registry: opened.registry, registrar, check: { production, nowMs: Date.now, live } },
    metrics,
    nowMs: Date.now,
  };
}

async function openStore({ dataDir }: Config, database: PostgresPool | null): Promise<LogStore> {
  try {
    return database === null
      ? openSqliteStore(join(dataDir, 'log.sqlite'))
      : await openPostgresStore({ pool: database });
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const setting = database === null ? 'HUREN_DATA_DIR' : 'HUREN_DATABASE_URL';
    throw new ConfigError(`${setting}: the log cannot be opened: ${error.message}`, { cause: error });
  }
}

/** The shipped adapters as exact texts: what is registered is bytes. */
export function readAdapterTexts(): AdapterTexts[] {
  const root = join(import.meta.dirname, '../../adapters/provinces');
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => ({
    manifest: readFileSync(join(root, name, 'manifest.json'), 'utf8'),
    scenarios: readFileSync(join(root, name, 'fixtures', 'scenarios.json'), 'utf8'),
  }));
}
