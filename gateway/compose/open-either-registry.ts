import type { Logger } from 'pino';
import type { KeyStore } from '../keys/key-store.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import type { GuardedFetch } from '../upstream/guarded-fetch.ts';
import { type Config, ConfigError } from './config.ts';
import { openFollowedRegistry } from './open-followed-registry.ts';
import { type OpenRegistry, openRegistry } from './open-registry.ts';
import type { PinnedAnchor } from './read-anchor.ts';

interface RegistryParts {
  readonly keys: KeyStore;
  readonly database: PostgresPool | null;
  readonly documents: GuardedFetch;
  readonly nodeUrl: string;
  readonly pinned: PinnedAnchor | null;
  readonly log: Logger;
}

/** The registry that this node writes, or the one that it follows. Throws ConfigError. */
export async function openEitherRegistry(config: Config, parts: RegistryParts): Promise<OpenRegistry> {
  const { keys, database, documents, nodeUrl, pinned, log } = parts;
  const { logUrl } = config;
  if (logUrl === null) {
    const written = await openRegistry(config, { keys, database }, nodeUrl, pinned?.registry ?? null, log);
    return { registry: written.registry, store: written.store, written, followed: null };
  }
  if (pinned === null)
    throw new ConfigError('HUREN_ANCHOR_FILE: must be set with HUREN_LOG_URL: it says whose log to believe');
  const followed = await openFollowedRegistry({
    config,
    database,
    logUrl,
    keys,
    anchor: pinned,
    fetchBytes: documents,
    logger: log,
  });
  return { ...followed, written: null, followed: followed.registry };
}
