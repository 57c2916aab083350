import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { type Migrations, migratePostgres } from './migrations.ts';
import { PostgresPool } from './postgres-pool.ts';
import { openSqliteFile } from './sqlite-file.ts';

const ONE = 'CREATE TABLE first (id integer)';
const TWO = 'ALTER TABLE first ADD COLUMN name text';
const THREE = 'CREATE TABLE third (id integer)';

const ADDS = { sql: TWO, needs: 1 };
const TAKES_AWAY = { sql: 'DROP TABLE first', needs: 2 };

function until(steps: Migrations['steps']): Migrations {
  return { store: 'coverage', firstTable: 'first', steps };
}

interface Place {
  readonly migrate: (migrations: Migrations) => Promise<void>;
  readonly execute: (sql: string) => Promise<void>;
  /** The numbers that are noted, in order. */
  readonly noted: () => Promise<number[]>;
}

function migrationContract(kind: string, makePlace: () => Promise<Place>): void {
  describe(`tables in ${kind}`, () => {
    test('are made twice, or a step is left out', async () => {
      const { migrate, noted, execute } = await makePlace();
      await migrate(until([ONE]));
      await migrate(until([ONE]));
      await migrate(until([ONE, TWO, THREE]));
      expect(await noted()).toEqual([1, 2, 3]);
      await execute(`INSERT INTO first (id, name) VALUES (1, 'x'); INSERT INTO third (id) VALUES (1)`);
    });

    test('from before there were numbers are made again, or miss what came after', async () => {
      const { migrate, noted, execute } = await makePlace();
      await execute(ONE);
      await migrate(until([ONE, TWO]));
      expect(await noted()).toEqual([1, 2]);
      await execute(`INSERT INTO first (id, name) VALUES (1, 'x')`);
    });

    test('by a newer program are used, or not told from damage', async () => {
      const { migrate } = await makePlace();
      await migrate(until([ONE, TWO]));
      await expect(migrate(until([ONE]))).rejects.toMatchObject({
        code: 'newer_schema',
        message: expect.stringContaining('start that version, or restore a backup'),
      });
    });

    test('by a newer program that only added to them stop the older one', async () => {
      const { migrate, noted, execute } = await makePlace();
      await migrate(until([ONE, ADDS]));
      await migrate(until([ONE]));
      await migrate(until([ONE, ADDS]));
      // What the older program looks at, as it was released.
      expect(await noted()).toEqual([1]);
      await execute('INSERT INTO first (id) VALUES (1)');
    });

    test('are taken away under a program that uses them, or stop the one that does not', async () => {
      const { migrate } = await makePlace();
      await migrate(until([ONE, ADDS, TAKES_AWAY]));
      await expect(migrate(until([ONE]))).rejects.toMatchObject({ code: 'newer_schema' });
      await migrate(until([ONE, ADDS]));
      await migrate(until([ONE, ADDS, TAKES_AWAY, THREE]));
      await expect(migrate(until([ONE, ADDS]))).rejects.toMatchObject({ code: 'newer_schema' });
    });

    test('keep half of what failed', async () => {
      const { migrate, noted } = await makePlace();
      await migrate(until([ONE]));
      await expect(migrate(until([ONE, THREE, 'CREATE TABLE first (id integer)']))).rejects.toThrow();
      expect(await noted()).toEqual([1]);
      await migrate(until([ONE, THREE]));
      expect(await noted()).toEqual([1, 2]);
    });

    test('of one store are taken for those of another', async () => {
      const { migrate, execute } = await makePlace();
      await migrate(until([ONE]));
      await migrate({ store: 'passes', firstTable: 'third', steps: [THREE] });
      await execute('INSERT INTO third (id) VALUES (1)');
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'huren-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

migrationContract('SQLite', async () => {
  files += 1;
  const path = join(folder, `${files}.sqlite`);
  const opened = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const numbers = 'SELECT number FROM huren_migration ORDER BY number';
  return {
    migrate: async (migrations) => openSqliteFile(path, migrations).close(),
    execute: async (sql) => opened((db) => db.exec(sql)),
    noted: async () => opened((db) => db.prepare(numbers).all()).map(({ number }) => Number(number)),
  };
});

describe('with PostgreSQL', () => {
  let postgres: TestPostgres;
  const pools: PostgresPool[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    for (const pool of pools) await pool.close();
    await postgres.stop();
  });

  async function emptyPool(): Promise<PostgresPool> {
    const pool = new PostgresPool(await postgres.createDatabase());
    pools.push(pool);
    return pool;
  }

  migrationContract('PostgreSQL', async () => {
    const pool = await emptyPool();
    return {
      migrate: (migrations) => pool.withClient((client) => migratePostgres(client, migrations)),
      execute: (sql) => pool.withClient(async (client) => void (await client.query(sql))),
      noted: async () =>
        (await pool.rows('SELECT number FROM huren_migration ORDER BY number', [])).map(({ number }) => Number(number)),
    };
  });

  test('instances that start together trip over one another', async () => {
    const pool = await emptyPool();
    const migrate = () => pool.withClient((client) => migratePostgres(client, until([ONE, TWO, THREE])));
    await Promise.all(Array.from({ length: 6 }, migrate));
    expect(await pool.rows('SELECT count(*)::int AS n FROM huren_migration', [])).toEqual([{ n: 3 }]);
  });
});
