import { randomBytes } from 'node:crypto';
import type { KeptStore } from '../stores/kept-store.ts';
import { type KeptTable, keptColumns } from '../stores/kept-table.ts';
import type { Migrations, SharedStep } from '../stores/migrations.ts';

const COUNTER = 'issuer TEXT, destination TEXT, venue_kind TEXT, counter TEXT';
const COUNTER_KEY = 'issuer, destination, venue_kind, counter';

/** Where version 0.1.0 counts: a row for each counter. `create` is what makes a table. */
const counterTables = (create: string) => `
  ${create} huren_coverage_shown (minute INTEGER, ${COUNTER}, n BIGINT NOT NULL, PRIMARY KEY (minute, ${COUNTER_KEY}));
  ${create} huren_coverage_withheld (
    ${COUNTER}, minute INTEGER NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (${COUNTER_KEY})
  );
  ${create} huren_coverage_unreported (
    reporter TEXT, minute INTEGER, ${COUNTER}, n BIGINT NOT NULL, PRIMARY KEY (reporter, minute, ${COUNTER_KEY})
  )`;

/** What reports first stood on. The tables of number 1 stay for an older version beside this one. */
const COUNTERS = `
  CREATE TABLE huren_coverage_epoch (epoch TEXT PRIMARY KEY);
  CREATE TABLE huren_coverage_counted (id TEXT PRIMARY KEY, minute INTEGER NOT NULL);
  ${counterTables('CREATE TABLE')};
  CREATE TABLE huren_coverage_report (
    reporter TEXT, number BIGINT, body TEXT NOT NULL, digest TEXT NOT NULL, sealed_s BIGINT NOT NULL,
    PRIMARY KEY (reporter, number)
  );
  CREATE TABLE huren_coverage_sender (
    node TEXT, epoch TEXT, number BIGINT NOT NULL, digest TEXT NOT NULL, reported_s BIGINT NOT NULL,
    received_s BIGINT NOT NULL, gaps INTEGER NOT NULL, breakers TEXT NOT NULL, PRIMARY KEY (node, epoch)
  );
  CREATE TABLE huren_coverage_fault (node TEXT PRIMARY KEY, fault TEXT NOT NULL)`;

const GROUP = 'destination TEXT, issuer TEXT, venue_kind TEXT';
const GROUP_KEY = 'destination, issuer, venue_kind';

/** Minutes that a row sums up: a window reads few rows, whatever its length. */
export const SPANS = [1, 60, 1_440] as const;

/**
 * A row for each group, with its counters in one JSON text, in place of some forty rows. What stands in the tables of number
 * 2 stays there: version 0.1.0 may be writing to them, and `takeOver` adds it up.
 */
const GROUPS: SharedStep = {
  needs: 2,
  sql: `
  CREATE TABLE huren_coverage_sum (
    span INTEGER, minute INTEGER, ${GROUP}, counts TEXT NOT NULL, PRIMARY KEY (span, minute, ${GROUP_KEY})
  );
  CREATE TABLE huren_coverage_waiting (minute INTEGER NOT NULL, ${GROUP}, counts TEXT NOT NULL, PRIMARY KEY (${GROUP_KEY}));
  CREATE TABLE huren_coverage_due (
    reporter TEXT, minute INTEGER, ${GROUP}, counts TEXT NOT NULL, PRIMARY KEY (reporter, minute, ${GROUP_KEY})
  );
  CREATE TABLE huren_coverage_rolled (minute INTEGER NOT NULL);
  INSERT INTO huren_coverage_rolled SELECT COALESCE(MAX(minute), 0) FROM huren_coverage_shown`,
};

/** Number 3 dropped the tables of number 2 before 0.2.0 was one: where it did, they are made again. */
const COUNTERS_AGAIN: SharedStep = { needs: 2, sql: counterTables('CREATE TABLE IF NOT EXISTS') };

/**
 * A row for all groups of a province, as bytes, in place of some three hundred rows. `list` makes one text of them. Version
 * 0.1.0 has nothing to do with these tables.
 */
function packed(bytes: string, list: string): SharedStep {
  const parts = [
    ['any', 'destination', `venue_kind = 'any'`],
    ['each', 'destination', `venue_kind NOT IN ('any', 'untold')`],
    ['stated', 'issuer', `venue_kind = 'untold'`],
  ];
  const steps = [
    `CREATE TABLE huren_coverage_packed (
       span INTEGER, minute INTEGER, province TEXT, part TEXT, counts ${bytes} NOT NULL,
       PRIMARY KEY (span, minute, province, part))`,
    ...parts.map(
      ([part, province, of]) => `INSERT INTO huren_coverage_packed SELECT span, minute, ${province}, '${part}', ${list}
         FROM huren_coverage_sum WHERE ${of} GROUP BY span, minute, ${province}`,
    ),
    'DROP TABLE huren_coverage_sum',
    'ALTER TABLE huren_coverage_packed RENAME TO huren_coverage_sum',
    'ALTER TABLE huren_coverage_rolled ADD COLUMN late INTEGER NOT NULL DEFAULT 0',
  ];
  return { needs: 2, sql: steps.join(';\n') };
}

/** When reports of a node were lost last, or its numbering began anew last: what is long over asks for nobody's attention. */
const INCIDENTS: SharedStep = {
  needs: 2,
  sql: 'CREATE TABLE huren_coverage_incident (node TEXT, fault TEXT, seen_s BIGINT NOT NULL, PRIMARY KEY (node, fault))',
};

export const SQLITE_TABLES: Migrations = {
  store: 'coverage',
  firstTable: 'coverage',
  steps: [
    `CREATE TABLE coverage (
       minute INTEGER, issuer TEXT, destination TEXT, counter TEXT, n INTEGER NOT NULL,
       PRIMARY KEY (minute, issuer, destination, counter)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE coverage_batch (id TEXT PRIMARY KEY, minute INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    COUNTERS,
    GROUPS,
    COUNTERS_AGAIN,
    packed('BLOB', 'CAST(json_group_array(json_array(destination, issuer, venue_kind, json(counts))) AS BLOB)'),
    INCIDENTS,
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
    COUNTERS,
    GROUPS,
    COUNTERS_AGAIN,
    packed(
      'BYTEA',
      `convert_to(json_agg(json_build_array(destination, issuer, venue_kind, counts::json))::text, 'UTF8')`,
    ),
    INCIDENTS,
  ],
};

/** A table that is called the same in both databases. */
function kept(name: string, columns: string, outdates = false): KeptTable {
  return {
    name,
    sqlite: `huren_coverage_${name}`,
    postgres: `huren_coverage_${name}`,
    columns: keptColumns(columns),
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
    kept('sum', 'span# minute# province part counts*'),
    kept('rolled', 'minute#'),
    kept('waiting', 'minute# destination issuer venue_kind counts'),
    kept('due', 'reporter minute# destination issuer venue_kind counts', true),
    kept('shown', 'minute# issuer destination venue_kind counter n#'),
    kept('withheld', 'issuer destination venue_kind counter minute# n#'),
    kept('unreported', 'reporter minute# issuer destination venue_kind counter n#', true),
    kept('report', 'reporter number# body digest sealed_s#', true),
    kept('sender', 'node epoch number# digest reported_s# received_s# gaps# breakers'),
    kept('fault', 'node fault'),
    kept('incident', 'node fault seen_s#'),
  ],
};

/** A name for a numbering of reports that no store had before. */
export function newEpoch(): string {
  return randomBytes(16).toString('base64url');
}
