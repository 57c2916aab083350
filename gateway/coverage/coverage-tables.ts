import { randomBytes } from 'node:crypto';
import type { KeptStore } from '../stores/kept-store.ts';
import type { KeptTable } from '../stores/kept-table.ts';
import type { Migrations } from '../stores/migrations.ts';

const GROUP = 'issuer TEXT, destination TEXT, venue_kind TEXT, counter TEXT';
const GROUP_KEY = 'issuer, destination, venue_kind, counter';

/** What is counted by group since number 2. The tables of number 1 stay for an older version beside this one. */
const GROUPED = `
  CREATE TABLE huren_coverage_epoch (epoch TEXT PRIMARY KEY);
  CREATE TABLE huren_coverage_counted (id TEXT PRIMARY KEY, minute INTEGER NOT NULL);
  CREATE TABLE huren_coverage_shown (minute INTEGER, ${GROUP}, n BIGINT NOT NULL, PRIMARY KEY (minute, ${GROUP_KEY}));
  CREATE TABLE huren_coverage_withheld (${GROUP}, minute INTEGER NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (${GROUP_KEY}));
  CREATE TABLE huren_coverage_unreported (
    reporter TEXT, minute INTEGER, ${GROUP}, n BIGINT NOT NULL, PRIMARY KEY (reporter, minute, ${GROUP_KEY})
  );
  CREATE TABLE huren_coverage_report (
    reporter TEXT, number BIGINT, body TEXT NOT NULL, digest TEXT NOT NULL, sealed_s BIGINT NOT NULL, PRIMARY KEY (reporter, number)
  );
  CREATE TABLE huren_coverage_sender (
    node TEXT, epoch TEXT, number BIGINT NOT NULL, digest TEXT NOT NULL, reported_s BIGINT NOT NULL,
    received_s BIGINT NOT NULL, gaps INTEGER NOT NULL, breakers TEXT NOT NULL, PRIMARY KEY (node, epoch)
  );
  CREATE TABLE huren_coverage_fault (node TEXT PRIMARY KEY, fault TEXT NOT NULL)`;

export const SQLITE_TABLES: Migrations = {
  store: 'coverage',
  firstTable: 'coverage',
  steps: [
    `CREATE TABLE coverage (
       minute INTEGER, issuer TEXT, destination TEXT, counter TEXT, n INTEGER NOT NULL,
       PRIMARY KEY (minute, issuer, destination, counter)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE coverage_batch (id TEXT PRIMARY KEY, minute INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    GROUPED,
  ],
};

export const POSTGRES_TABLES: Migrations = {
  store: 'coverage',
  firstTable: 'huren_coverage',
  steps: [
    `CREATE TABLE huren_coverage (
       minute integer, issuer text, destination text, counter text, n bigint NOT NULL,
       PRIMARY KEY (minute, issuer, destination, counter)
     );
     CREATE TABLE huren_coverage_batch (id text PRIMARY KEY, minute integer NOT NULL)`,
    GROUPED,
  ],
};

/** A table that is called the same in both databases. `columns`: `name` for text, `name#` for a number. */
function kept(name: string, columns: string, outdates = false): KeptTable {
  return {
    name,
    sqlite: `huren_coverage_${name}`,
    postgres: `huren_coverage_${name}`,
    columns: columns
      .split(' ')
      .map((column) => ({ name: column.replace('#', ''), type: column.endsWith('#') ? 'integer' : 'text' })),
    ...(outdates ? { outdates } : {}),
  };
}

/**
 * What a backup has of coverage. The numbering of reports goes on only where nothing has happened since: others have seen
 * the numbers that followed, and two reports of one number look like a fork.
 */
export const KEPT_COVERAGE: KeptStore = {
  name: 'coverage',
  sqlite: SQLITE_TABLES,
  postgres: POSTGRES_TABLES,
  tables: [
    kept('epoch', 'epoch', true),
    kept('counted', 'id minute#', true),
    kept('shown', 'minute# issuer destination venue_kind counter n#'),
    kept('withheld', 'issuer destination venue_kind counter minute# n#'),
    kept('unreported', 'reporter minute# issuer destination venue_kind counter n#', true),
    kept('report', 'reporter number# body digest sealed_s#', true),
    kept('sender', 'node epoch number# digest reported_s# received_s# gaps# breakers'),
    kept('fault', 'node fault'),
  ],
};

/** A name for a numbering of reports that no store had before. */
export function newEpoch(): string {
  return randomBytes(16).toString('base64url');
}
