import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openOwnStore } from '../log/store-postgres.fixture.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../test/postgres.ts';
import { tamperedStoreContract } from './tampered-store.contract.ts';
import { writableRegistryContract } from './writable-registry.contract.ts';

describe('on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'huren-live-'));
  let logs = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const makeLog = async () => {
    logs += 1;
    const path = join(folder, `log-${logs}.sqlite`);
    return { open: async () => openSqliteStore(path) };
  };
  writableRegistryContract(false, makeLog);
  tamperedStoreContract(makeLog);
});

describe.skipIf(findPostgres() === undefined)('on PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  const makeLog = async () => {
    const connectionString = await postgres.createDatabase();
    return { open: () => openOwnStore(connectionString, 200) };
  };
  writableRegistryContract(true, makeLog);
  tamperedStoreContract(makeLog);
});
