import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CoverageStore } from '../coverage/coverage-store.ts';
import { openPostgresCoverage } from '../coverage/store-postgres.ts';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import type { PassStore } from '../passes/pass-store.ts';
import { openPostgresPasses } from '../passes/store-postgres.ts';
import { openSqlitePasses } from '../passes/store-sqlite.ts';
import { PostgresPool } from '../stores/postgres-pool.ts';
import type { StoreError } from '../stores/store-error.ts';
import { StoreWatch, type WatchedStore } from '../stores/store-watch.ts';
import type { Config } from './config.ts';

/** A store that verification goes on without, as readiness names it. */
export interface DegradedStore {
  readonly store: 'redis' | 'database' | 'coverage' | 'passes';
  readonly state: 'unreachable' | 'damaged';
}

/** What is kept on disk: in the database where one is set, else in a file each below the data directory. */
export interface Stores {
  /** Everything in this process that asks the database asks here. Null: files. */
  readonly database: PostgresPool | null;
  readonly coverage: StoreWatch<CoverageStore>;
  readonly passes: StoreWatch<PassStore>;
  readonly degraded: () => DegradedStore[];
  readonly close: () => Promise<void>;
}

/** Opens the stores in the background: what is away or damaged stops neither the start nor verification. */
export function openStores({ dataDir, databaseUrl, suppressedBelow }: Config, log: Logger): Stores {
  const database = databaseUrl === null ? null : new PostgresPool(databaseUrl);
  const watch = <Store extends WatchedStore>(
    name: 'coverage' | 'passes',
    inFile: (path: string) => Promise<Store>,
    inDatabase: (pool: PostgresPool) => Promise<Store>,
  ) => {
    const path = join(dataDir, `${name}.sqlite`);
    const where = database === null ? path : 'HUREN_DATABASE_URL';
    return new StoreWatch({
      open: () => (database === null ? inFile(path) : inDatabase(database)),
      onChange: (failure) => {
        if (failure === null) log.info({ store: name, where }, 'a store is used again');
        else log.error({ store: name, where, code: failure.code, reason: failure.message }, 'a store cannot be used');
      },
    });
  };
  const terms = { withholdBelow: suppressedBelow };
  const coverage = watch(
    'coverage',
    (path) => openSqliteCoverage(path, terms),
    (pool) => openPostgresCoverage(pool, terms),
  );
  const passes = watch('passes', openSqlitePasses, openPostgresPasses);
  return {
    database,
    coverage,
    passes,
    degraded: () => degradedOf({ coverage: coverage.failure, passes: passes.failure }, database !== null),
    close: async () => {
      await Promise.all([coverage.close(), passes.close()]);
      await database?.close();
    },
  };
}

function degradedOf(
  failures: Readonly<Record<'coverage' | 'passes', StoreError | null>>,
  isDatabase: boolean,
): DegradedStore[] {
  const found = new Map<string, DegradedStore>();
  for (const name of ['coverage', 'passes'] as const) {
    const code = failures[name]?.code;
    if (code === undefined) continue;
    const isDamaged = code === 'damaged' || code === 'unwritable' || code === 'newer_schema';
    // A database that is away is one thing that is away, whatever is kept in it.
    const store = isDatabase && !isDamaged ? 'database' : name;
    found.set(store, { store, state: isDamaged ? 'damaged' : 'unreachable' });
  }
  return [...found.values()];
}
