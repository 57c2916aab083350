import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openOwnStore } from '../log/store-postgres.fixture.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../test/postgres.ts';
import { writableRegistryContract } from './writable-registry.contract.ts';

describe('on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'huren-live-'));
  let logs = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  writableRegistryContract(false, async () => {
    logs += 1;
    const path = join(folder, `log-${logs}.sqlite`);
    return { open: async () => openSqliteStore(path) };
  });
});

describe.skipIf(findPostgres() === undefined)('on PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  writableRegistryContract(true, async () => {
    const connectionString = await postgres.createDatabase();
    return { open: () => openOwnStore(connectionString, 200) };
  });
});
