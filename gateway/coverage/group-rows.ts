import { type CoverageGroup, coverageGroupSchema } from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import { type Merging, type RowName, readCounts } from './packed-counts.ts';
import { type RowsOf, type Statement, type Steps, type StoredRow, storedMinute } from './statement.ts';

/** What was counted of a group in one minute. */
export interface TimedGroup extends CoverageGroup {
  readonly minute: number;
}

/** A table with a row for each group: `key` tells its rows apart, in the order of its primary key. */
export interface GroupTable<Name extends RowName> {
  readonly name: string;
  readonly key: readonly (keyof Name & string)[];
}
export const GROUP_NAME = ['destination', 'issuer', 'venue_kind'] as const;
/** The columns of such a row that are read. */
export const GROUP_COLUMNS = `minute, ${GROUP_NAME.join(', ')}, counts`;

const nameSchema = coverageGroupSchema.omit({ counts: true });

/** Rows of groups that wait for something, each with its counters in one JSON text. `what` names the store in errors. */
export class GroupRows {
  readonly #rowsOf: RowsOf;
  readonly #what: string;

  constructor(rowsOf: RowsOf, what: string) {
    this.#rowsOf = rowsOf;
    this.#what = what;
  }

  /** Adds to rows that are kept, in one reading and one writing however many there are. */
  *merge<Name extends RowName>(table: GroupTable<Name>, merging: Merging<Name>): Steps<void> {
    yield* this.addKept(table, merging);
    yield this.upsert(table, merging);
  }

  /** How many of the rows were kept already. */
  *addKept<Name extends RowName>({ name, key }: GroupTable<Name>, merging: Merging<Name>): Steps<number> {
    const same = key.map((column) => `kept.${column} = given.${column}`).join(' AND ');
    const keyText = key.map((column) => `kept.${column}`).join(` || ' ' || `);
    // Each name is looked up: without CROSS a planner may walk through all that is kept instead.
    const sql = `SELECT ${keyText} AS key, kept.minute, kept.counts
      FROM (${this.#rowsOf('$1')}) AS given CROSS JOIN ${name} AS kept WHERE ${same}`;
    const kept = yield { sql, values: [merging.names()] };
    for (const row of kept) {
      merging.addKept(String(row['key']), this.#countsOf(row), storedMinute(row, this.#what));
    }
    return kept.length;
  }

  upsert<Name extends RowName>({ name, key }: GroupTable<Name>, merging: Merging<Name>): Statement {
    const columns = [...new Set([...key, 'minute'])].join(', ');
    const sql = `INSERT INTO ${name} (${columns}, counts) SELECT ${columns}, counts FROM (${this.#rowsOf('$1')}) AS given
      WHERE true ORDER BY ${key.join(', ')}
      ON CONFLICT (${key.join(', ')}) DO UPDATE SET counts = excluded.counts, minute = excluded.minute`;
    return { sql, values: [merging.rows()] };
  }

  remove<Name extends RowName>({ name, key }: GroupTable<Name>, merging: Merging<Name>): Statement {
    const columns = key.join(', ');
    const sql = `DELETE FROM ${name} WHERE (${columns}) IN (SELECT ${columns} FROM (${this.#rowsOf('$1')}) AS given)`;
    return { sql, values: [merging.names()] };
  }

  /** Throws StoreError `damaged`. */
  read(row: StoredRow): TimedGroup {
    const { destination, issuer, venue_kind } = row;
    const name = nameSchema.safeParse({ destination, issuer, venue_kind });
    if (!name.success) throw new StoreError('damaged', this.#what, { cause: name.error });
    return { minute: storedMinute(row, this.#what), ...name.data, counts: this.#countsOf(row) };
  }

  #countsOf({ counts }: StoredRow): CoverageGroup['counts'] {
    const read = readCounts(counts);
    if (read === null) throw new StoreError('damaged', this.#what);
    return read;
  }
}
