import type { RowsOf, StoredRow } from './statement.ts';

/** Sends one statement to a database. */
export type Send = (sql: string, values: readonly (string | number)[]) => Promise<readonly StoredRow[]>;
interface OlderRow {
  readonly minute: number;
  readonly issuer: string;
  readonly destination: string;
  readonly venue_kind: string;
  readonly counter: string;
  readonly n: number;
}

const GROUP = 'issuer, destination, venue_kind';
const KNOWS = 2;

/** How version 0.1.0 reads rows out of one JSON text, in either database. */
export const OLDER_ROWS = {
  sqlite: (parameter: string) =>
    `SELECT ${['reporter', 'minute', 'issuer', 'destination', 'venue_kind', 'counter', 'n'].map((name) => `value->>'${name}' AS ${name}`).join(', ')} FROM json_each(${parameter})`,
  postgres: (parameter: string) => `SELECT * FROM jsonb_to_recordset(${parameter}::jsonb) AS given
    (reporter text, minute integer, issuer text, destination text, venue_kind text, counter text, n bigint)`,
};

/** What version 0.1.0 asks of a database that has tables already, statement by statement as it was released. */
export class OlderStore {
  readonly #send: Send;
  readonly #rowsOf: RowsOf;

  private constructor(send: Send, rowsOf: RowsOf) {
    this.#send = send;
    this.#rowsOf = rowsOf;
  }

  /** Throws where 0.1.0 says `newer_schema`. */
  static async open(send: Send, rowsOf: RowsOf): Promise<OlderStore> {
    const [row] = await send(`SELECT max(number) AS number FROM huren_migration WHERE store = 'coverage'`, []);
    if (Number(row?.['number']) > KNOWS) throw new Error('newer_schema');
    return new OlderStore(send, rowsOf);
  }

  /** Adds what was counted; with a threshold of ten scans. */
  async add(id: string, rows: readonly OlderRow[]): Promise<void> {
    const counted = 'INSERT INTO huren_coverage_counted VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id';
    if ((await this.#send(counted, [id, Math.max(...rows.map(({ minute }) => minute))])).length === 0) return;
    await this.#upsert('huren_coverage_withheld', `${GROUP}, counter`, rows, ', minute = excluded.minute');
    const scans = `SUM(CASE WHEN counter LIKE 'answer:%' OR counter LIKE 'refused:%' OR counter LIKE 'stated:%' THEN n ELSE 0 END)`;
    const ripe = `SELECT ${GROUP} FROM huren_coverage_withheld GROUP BY ${GROUP} HAVING ${scans} >= $1`;
    const newest = 'MAX(w.minute) OVER (PARTITION BY w.issuer, w.destination, w.venue_kind)';
    await this.#send(
      `INSERT INTO huren_coverage_shown AS kept (minute, ${GROUP}, counter, n)
        SELECT ${newest}, w.issuer, w.destination, w.venue_kind, w.counter, w.n
        FROM huren_coverage_withheld w JOIN (${ripe}) r ON w.issuer = r.issuer AND w.destination = r.destination
          AND w.venue_kind = r.venue_kind WHERE true
        ON CONFLICT (minute, ${GROUP}, counter) DO UPDATE SET n = kept.n + excluded.n`,
      [10],
    );
    await this.#send(`DELETE FROM huren_coverage_withheld WHERE (${GROUP}) IN (${ripe})`, [10]);
    const reported = rows.map((row) => ({ reporter: `gateway:${row.destination}`, ...row }));
    await this.#upsert('huren_coverage_unreported', `reporter, minute, ${GROUP}, counter`, reported);
  }

  /** How many of a counter are shown. */
  async shown(counter: string): Promise<number> {
    const sql = 'SELECT COALESCE(SUM(n), 0) AS n FROM huren_coverage_shown WHERE counter = $1';
    const [row] = await this.#send(sql, [counter]);
    return Number(row?.['n']);
  }

  async #upsert(table: string, key: string, rows: readonly OlderRow[], more = ''): Promise<void> {
    const withMinute = more !== '';
    await this.#send(
      `INSERT INTO ${table} AS kept (${key}${withMinute ? ', minute' : ''}, n)
        SELECT ${key}${withMinute ? ', MAX(minute)' : ''}, SUM(n) FROM (${this.#rowsOf('$1')}) AS added WHERE true
        GROUP BY ${key} ORDER BY ${key}
        ON CONFLICT (${key}) DO UPDATE SET n = kept.n + excluded.n${more}`,
      [JSON.stringify(rows)],
    );
  }
}
