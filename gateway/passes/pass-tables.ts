import type { KeptStore } from '../stores/kept-store.ts';
import { keptColumns } from '../stores/kept-table.ts';
import type { Migrations } from '../stores/migrations.ts';
import { FULL_AT } from './pass-store.ts';

export const SQLITE_TABLES: Migrations = {
  store: 'passes',
  firstTable: 'list',
  steps: [
    `CREATE TABLE list (id TEXT PRIMARY KEY, ends_s INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
     CREATE TABLE taken (
       list TEXT NOT NULL, idx INTEGER NOT NULL, withdrawn INTEGER NOT NULL, PRIMARY KEY (list, idx)
     ) STRICT, WITHOUT ROWID`,
    // Counted once: counting a list's rows for every pass cost more than all the rest of issuing one.
    `ALTER TABLE list ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
     UPDATE list SET taken = (SELECT count(*) FROM taken WHERE taken.list = list.id)`,
    // Lists from before have no secret for tags: they are full from now on, and end with their passes.
    `ALTER TABLE list ADD COLUMN tag_secret TEXT NOT NULL DEFAULT '';
     UPDATE list SET taken = max(taken, ${FULL_AT});
     ALTER TABLE taken ADD COLUMN tag TEXT;
     ALTER TABLE taken ADD COLUMN basis INTEGER;
     CREATE TABLE basis (
       id INTEGER PRIMARY KEY, list TEXT NOT NULL, province TEXT NOT NULL, mandate TEXT NOT NULL,
       UNIQUE (list, province, mandate)
     ) STRICT`,
  ],
};

export const POSTGRES_TABLES: Migrations = {
  store: 'passes',
  firstTable: 'huren_pass_list',
  steps: [
    `CREATE TABLE huren_pass_list (
       id text PRIMARY KEY, ends_s bigint NOT NULL, version integer NOT NULL, taken integer NOT NULL
     );
     CREATE TABLE huren_pass_taken (
       list text REFERENCES huren_pass_list ON DELETE CASCADE, idx integer, withdrawn boolean NOT NULL,
       PRIMARY KEY (list, idx)
     )`,
    // Lists from before have no secret for tags: they are full from now on, and end with their passes.
    `ALTER TABLE huren_pass_list ADD COLUMN tag_secret text NOT NULL DEFAULT '';
     UPDATE huren_pass_list SET taken = greatest(taken, ${FULL_AT});
     ALTER TABLE huren_pass_taken ADD COLUMN tag text, ADD COLUMN basis integer;
     CREATE TABLE huren_pass_basis (
       id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, list text NOT NULL REFERENCES huren_pass_list ON DELETE CASCADE,
       province text NOT NULL, mandate text NOT NULL, UNIQUE (list, province, mandate)
     )`,
  ],
};

/**
 * What a backup has of passes. An older copy would let a pass be good that was withdrawn since, and give its index again:
 * it is put back only where nothing has happened since.
 */
export const KEPT_PASSES: KeptStore = {
  name: 'passes',
  sqlite: SQLITE_TABLES,
  postgres: POSTGRES_TABLES,
  tables: [
    {
      name: 'list',
      sqlite: 'list',
      postgres: 'huren_pass_list',
      columns: keptColumns('id ends_s# version# taken# tag_secret'),
      outdates: true,
    },
    {
      name: 'basis',
      sqlite: 'basis',
      postgres: 'huren_pass_basis',
      columns: keptColumns('id# list province mandate'),
      numbered: 'id',
      outdates: true,
    },
    {
      name: 'taken',
      sqlite: 'taken',
      postgres: 'huren_pass_taken',
      columns: keptColumns('list idx# withdrawn? tag basis#'),
      outdates: true,
    },
  ],
};
