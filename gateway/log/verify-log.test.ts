import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { beforeAll, describe } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../test/postgres.ts';
import { openOwnStore } from './store-postgres.fixture.ts';
import { openSqliteStore } from './store-sqlite.ts';
import { verifyContract } from './verify-log.contract.ts';

describe('sqlite', () => {
  let folder: string;
  let made = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'huren-audit-'));
    return () => rmSync(folder, { recursive: true });
  });

  verifyContract('sqlite', async () => {
    made += 1;
    const path = join(folder, `${made}.db`);
    return {
      store: openSqliteStore(path),
      execute: async (sql) => {
        const db = new DatabaseSync(path);
        db.exec(sql);
        db.close();
      },
      tables: { entry: 'entry', hash: 'tree_hash', head: 'head', checkpoint: 'checkpoint' },
    };
  });
});

describe.skipIf(findPostgres() === undefined)('postgres', () => {
  let server: TestPostgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.stop();
  });

  verifyContract('postgres', async () => {
    const connectionString = await server.createDatabase();
    return {
      store: await openOwnStore(connectionString),
      execute: async (sql) => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        await client.query(sql);
        await client.end();
      },
      tables: {
        entry: 'huren_log_entry',
        hash: 'huren_log_hash',
        head: 'huren_log_head',
        checkpoint: 'huren_log_checkpoint',
      },
    };
  });
});
