import { openSqliteFile, type SqliteFile } from '../stores/sqlite-file.ts';
import { CoverageStatements } from './coverage-statements.ts';
import type { CoverageStore, CoverageTerms } from './coverage-store.ts';
import { SQLITE_TABLES } from './coverage-tables.ts';
import type { RowsOf, Steps } from './statement.ts';

const COLUMNS = ['reporter', 'minute', 'destination', 'issuer', 'venue_kind', 'counts'];
const rowsOf: RowsOf = (parameter) =>
  `SELECT ${COLUMNS.map((name) => `value->>'${name}' AS ${name}`).join(', ')} FROM json_each(${parameter})`;

/** Opens the file at `path`, making it if need be. Several processes may have it open. Throws StoreError. */
export async function openSqliteCoverage(path: string, terms: CoverageTerms): Promise<CoverageStore> {
  const file = openSqliteFile(path, SQLITE_TABLES);
  const statements = new CoverageStatements(terms, rowsOf, path);
  const run = async <T>(steps: Steps<T>) => file.transact(() => stepThrough(file, steps));
  const look = async <T>(steps: Steps<T>) => file.snapshot(() => stepThrough(file, steps));
  const takeOver = async () => {
    for (let more = true; more; ) more = await run(statements.takeOver());
  };
  await takeOver();
  return {
    add: (batch) => run(statements.add(batch)),
    sums: (wish) => look(statements.sums.sums(wish)),
    series: (...asked) => look(statements.sums.series(...asked)),
    withheld: () => look(statements.sums.withheld()),
    seal: (...report) => run(statements.seal(...report)),
    reportsAfter: (...asked) => run(statements.reportsAfter(...asked)),
    fold: (received) => run(statements.fold(received)),
    noteFault: (...fault) => run(statements.noteFault(...fault)),
    senders: () => look(statements.senders()),
    takeOver,
    probe: async () => {
      file.attempt(() => file.prepare('SELECT count(*) FROM sqlite_schema').get());
    },
    forget: (nowMs) => run(statements.forget(nowMs)),
    close: async () => file.close(),
  };
}

function stepThrough<T>(file: SqliteFile, steps: Steps<T>): T {
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    const { sql, values } = step.value;
    const named = Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value]));
    step = steps.next(file.prepare(sql).all(named));
  }
}
