import { join } from 'node:path';
import type { Logger } from 'pino';
import type { KeyStore } from '../keys/key-store.ts';
import type { LogStore } from '../log/store.ts';
import { FollowedRegistry } from '../registry/followed-registry.ts';
import { type FetchBytes, httpLogSource } from '../registry/http-log-source.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import type { Config } from './config.ts';
import { lastCheckpointPath, logListenerFault, openSnapshotKey, openStore } from './open-registry.ts';
import type { PinnedAnchor } from './read-anchor.ts';

/** A registry that is written elsewhere, and this node's copy of its entries. */
export interface OpenFollowedRegistry {
  readonly registry: FollowedRegistry;
  readonly store: LogStore;
}

/**
 * Follows the registry at `logUrl` with the keys of the anchor file alone. Starts from this node's own files where the
 * registry is away. Throws ConfigError where the store cannot be used, RegistryError where its content cannot be right.
 */
export async function openFollowedRegistry(settings: {
  readonly config: Pick<Config, 'dataDir' | 'witnesses'>;
  readonly database: PostgresPool | null;
  readonly logUrl: string;
  readonly keys: KeyStore;
  readonly anchor: Pick<PinnedAnchor, 'registry' | 'pin'>;
  readonly fetchBytes: FetchBytes;
  readonly logger: Logger;
}): Promise<OpenFollowedRegistry> {
  const { config, database, logUrl, keys, anchor, fetchBytes, logger } = settings;
  const store = await openStore(config, database);
  try {
    const registry = await FollowedRegistry.open({
      source: httpLogSource({ baseUrl: logUrl, fetchBytes }),
      mirror: store,
      witnesses: config.witnesses,
      genesis: { anchor: anchor.registry, logKeys: anchor.pin?.log_keys ?? [] },
      snapshotPath: join(config.dataDir, 'registry-snapshot.json'),
      snapshotKey: await openSnapshotKey(keys),
      checkpointPath: lastCheckpointPath(config.dataDir),
      nowS: () => Math.floor(Date.now() / 1000),
      onFault: ({ code, message }) => logger.error({ code, reason: message }, 'the registry is not believed'),
      onListenerFault: (error) => logListenerFault(logger, error),
      onContact: (contact, reason) => {
        if (contact === 'following') logger.info({ reason }, 'the registry is followed');
        else logger.warn({ reason }, 'the registry cannot be reached');
      },
    });
    return { registry, store };
  } catch (error) {
    await store.close();
    throw error;
  }
}
