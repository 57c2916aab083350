import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type CoverageRow,
  coverageReportSchema,
  MOST_ROWS_A_REPORT,
  REPORTS_KEPT_S,
} from '../../schemas/coverage-report.ts';
import { MINUTE_MS } from './coverage-counter.ts';
import type { MinuteRows } from './coverage-rows.ts';
import { storedRowSchema, storedRows } from './coverage-rows.ts';
import type {
  CountedBatch,
  CoverageTerms,
  KnownReport,
  ReceivedReport,
  ReportDraft,
  SealedReport,
  Sender,
  TimedRow,
} from './coverage-store.ts';
import { newEpoch } from './coverage-tables.ts';
import { isCounted, judgeReport, type ReportJudgement } from './judge-report.ts';

/** One statement, in the words that SQLite and PostgreSQL share. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}
export type StoredRow = Readonly<Record<string, unknown>>;

/** Statements of one transaction, each sent once the rows of the one before are there. */
export type Steps<T> = Generator<Statement, T, readonly StoredRow[]>;

/** How a database reads rows out of one JSON text. */
export type RowsOf = (parameter: string) => string;

const GROUP = 'issuer, destination, venue_kind';
const HOUR = 60;
const SCANS = `SUM(CASE WHEN counter LIKE 'answer:%' OR counter LIKE 'refused:%' OR counter LIKE 'stated:%' THEN n ELSE 0 END)`;
/** Batches are sent again within seconds. */
const BATCHES_KEPT_MINUTES = 2 * 24 * HOUR;
/** Minutes are told apart for a week, hours for 400 days. */
const MINUTES_KEPT = 7 * 24 * HOUR;
const HOURS_KEPT = 400 * 24 * HOUR;

const timedRowSchema = z.strictObject({ ...storedRowSchema.shape, minute: z.coerce.number().int() });
const reportSchema = z.strictObject({ number: z.coerce.number().int(), body: z.string() });
const lastReportSchema = z.strictObject({
  number: z.coerce.number().int(),
  digest: z.string(),
  sealed_s: z.coerce.number().int(),
});
const senderSchema = z.strictObject({
  node: z.string(),
  epoch: z.string(),
  number: z.coerce.number().int(),
  digest: z.string(),
  reported_s: z.coerce.number().int(),
  received_s: z.coerce.number().int(),
  gaps: z.coerce.number().int(),
  breakers: z.string().transform(jsonOf).pipe(coverageReportSchema.shape.breakers),
  fault: z.string().nullable(),
});

/** What a coverage store does, as transactions over its tables; a store runs them. `what` names it in errors. */
export class CoverageStatements {
  readonly #terms: CoverageTerms;
  readonly #rowsOf: RowsOf;
  readonly #what: string;

  constructor(terms: CoverageTerms, rowsOf: RowsOf, what: string) {
    this.#terms = terms;
    this.#rowsOf = rowsOf;
    this.#what = what;
  }

  *add({ id, minutes }: CountedBatch): Steps<void> {
    const newest = Math.max(0, ...minutes.map(({ minute }) => minute));
    const sql = 'INSERT INTO huren_coverage_counted VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id';
    if ((yield { sql, values: [id, newest] }).length === 0) return;
    yield* this.#show(minutes);
    const rows = minutes.flatMap(({ minute, rows: each }) => each.map((row) => ({ minute, ...row })));
    const reported = rows.map((row) => ({ reporter: reporterOf(row), ...row }));
    yield this.#upsert('huren_coverage_unreported', `reporter, minute, ${GROUP}, counter`, reported);
  }

  *sumsAfter(minute: number, perMinutes: number): Steps<TimedRow[]> {
    const at = 'minute - minute % $2';
    const sql = `SELECT ${at} AS minute, ${GROUP}, counter, SUM(n) AS n FROM huren_coverage_shown
      WHERE minute > $1 GROUP BY ${at}, ${GROUP}, counter`;
    return storedRows(timedRowSchema, yield { sql, values: [minute, perMinutes] }, this.#what);
  }

  *withheld(): Steps<CoverageRow[]> {
    const sql = `SELECT ${GROUP}, counter, n FROM huren_coverage_withheld`;
    return storedRows(storedRowSchema, yield { sql, values: [] }, this.#what);
  }

  *seal(reporter: string, nowS: number, everyS: number, bodyOf: (draft: ReportDraft) => string): Steps<void> {
    const epoch = yield* this.#epoch();
    const last =
      'SELECT number, digest, sealed_s FROM huren_coverage_report WHERE reporter = $1 ORDER BY number DESC LIMIT 1';
    const [before] = storedRows(lastReportSchema, yield { sql: last, values: [reporter] }, this.#what);
    const fromS = before?.sealed_s ?? nowS;
    if (before !== undefined && nowS - fromS < everyS) return;
    const minutes = yield* this.#takeUnreported(reporter);
    const number = (before?.number ?? 0) + 1;
    const previous = before?.digest ?? null;
    const body = bodyOf({ epoch, number, previous, fromS, minutes });
    const values = [reporter, number, body, digestOf(body), nowS];
    yield { sql: 'INSERT INTO huren_coverage_report VALUES ($1, $2, $3, $4, $5)', values };
  }

  *reportsAfter(reporter: string, known: KnownReport, most: number): Steps<SealedReport[]> {
    const number = known.epoch === (yield* this.#epoch()) ? known.number : 0;
    const sql = `SELECT number, body FROM huren_coverage_report WHERE reporter = $1 AND number > $2
      ORDER BY number LIMIT $3`;
    return storedRows(reportSchema, yield { sql, values: [reporter, number, most] }, this.#what);
  }

  *fold({ digest, report, receivedS }: ReceivedReport): Steps<ReportJudgement> {
    const known = yield* this.#sendersWhere('WHERE s.node = $1', [report.iss]);
    const last = known.at(-1) ?? null;
    const earlier = known.slice(0, -1).map(({ epoch }) => epoch);
    const judgement = judgeReport(last, earlier, report, digest);
    if (!isCounted(judgement)) {
      if (judgement === 'fork') yield* this.noteFault(report.iss, 'fork');
      return judgement;
    }
    yield* this.#show(report.minutes);
    const gaps = (last?.epoch === report.epoch ? last.gaps : 0) + (judgement === 'gap' ? 1 : 0);
    const { iss, epoch, number, iat, breakers } = report;
    const values = [iss, epoch, number, digest, iat, receivedS, gaps, JSON.stringify(breakers)];
    yield {
      sql: `INSERT INTO huren_coverage_sender VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (node, epoch) DO UPDATE SET number = excluded.number, digest = excluded.digest,
          reported_s = excluded.reported_s, received_s = excluded.received_s, gaps = excluded.gaps,
          breakers = excluded.breakers`,
      values,
    };
    yield { sql: 'DELETE FROM huren_coverage_fault WHERE node = $1', values: [iss] };
    return judgement;
  }

  *noteFault(node: string, fault: string): Steps<void> {
    const sql = `INSERT INTO huren_coverage_fault VALUES ($1, $2)
      ON CONFLICT (node) DO UPDATE SET fault = excluded.fault`;
    yield { sql, values: [node, fault] };
  }

  /** Those of one node in the order in which they began to report. */
  *senders(): Steps<Sender[]> {
    return yield* this.#sendersWhere('', []);
  }

  *#sendersWhere(where: string, values: readonly string[]): Steps<Sender[]> {
    const sql = `SELECT s.node, epoch, number, digest, reported_s, received_s, gaps, breakers, fault
      FROM huren_coverage_sender s LEFT JOIN huren_coverage_fault f ON f.node = s.node ${where} ORDER BY s.node, received_s, reported_s`;
    const rows = storedRows(senderSchema, yield { sql, values }, this.#what);
    return rows.map(({ reported_s: reportedS, received_s: receivedS, ...row }) => ({ ...row, reportedS, receivedS }));
  }

  *forget(nowMs: number): Steps<void> {
    const nowMinute = Math.floor(nowMs / MINUTE_MS);
    yield { sql: 'DELETE FROM huren_coverage_shown WHERE minute < $1', values: [nowMinute - HOURS_KEPT] };
    const old = [nowMinute - MINUTES_KEPT];
    const whole = `minute < $1 AND minute % ${HOUR} <> 0`;
    yield {
      sql: `INSERT INTO huren_coverage_shown AS kept
        SELECT minute - minute % ${HOUR}, ${GROUP}, counter, SUM(n) FROM huren_coverage_shown WHERE ${whole}
        GROUP BY minute - minute % ${HOUR}, ${GROUP}, counter
        ON CONFLICT (minute, ${GROUP}, counter) DO UPDATE SET n = kept.n + excluded.n`,
      values: old,
    };
    yield { sql: `DELETE FROM huren_coverage_shown WHERE ${whole}`, values: old };
    const batches = 'DELETE FROM huren_coverage_counted WHERE minute < $1';
    yield { sql: batches, values: [nowMinute - BATCHES_KEPT_MINUTES] };
    // Where nobody makes reports nothing takes these away.
    const unreported = 'DELETE FROM huren_coverage_unreported WHERE minute < $1';
    yield { sql: unreported, values: [nowMinute - REPORTS_KEPT_S / 60] };
    // The last one stays: the next is chained to it.
    yield {
      sql: `DELETE FROM huren_coverage_report AS old WHERE sealed_s < $1 AND EXISTS
        (SELECT 1 FROM huren_coverage_report n WHERE n.reporter = old.reporter AND n.number > old.number)`,
      values: [Math.floor(nowMs / 1000) - REPORTS_KEPT_S],
    };
  }

  /** Into what may be shown: group by group, and only once enough scans are behind a group. */
  *#show(minutes: readonly MinuteRows[]): Steps<void> {
    const rows = minutes.flatMap(({ minute, rows: each }) => each.map((row) => ({ minute, ...row })));
    const { withholdBelow } = this.#terms;
    if (withholdBelow <= 1) {
      yield this.#upsert('huren_coverage_shown', `minute, ${GROUP}, counter`, rows);
      return;
    }
    yield this.#upsert('huren_coverage_withheld', `${GROUP}, counter`, rows, ', minute = excluded.minute');
    const ripe = `SELECT ${GROUP} FROM huren_coverage_withheld GROUP BY ${GROUP} HAVING ${SCANS} >= $1`;
    const values = [withholdBelow];
    const newest = 'MAX(w.minute) OVER (PARTITION BY w.issuer, w.destination, w.venue_kind)';
    yield {
      sql: `INSERT INTO huren_coverage_shown AS kept (minute, ${GROUP}, counter, n)
        SELECT ${newest}, w.issuer, w.destination, w.venue_kind, w.counter, w.n
        FROM huren_coverage_withheld w JOIN (${ripe}) r ON w.issuer = r.issuer AND w.destination = r.destination
          AND w.venue_kind = r.venue_kind WHERE true
        ON CONFLICT (minute, ${GROUP}, counter) DO UPDATE SET n = kept.n + excluded.n`,
      values,
    };
    yield { sql: `DELETE FROM huren_coverage_withheld WHERE (${GROUP}) IN (${ripe})`, values };
  }

  #upsert(table: string, key: string, rows: readonly StoredRow[], more = ''): Statement {
    const sql = `INSERT INTO ${table} AS kept (${key}${more === '' ? '' : ', minute'}, n)
      SELECT ${key}${more === '' ? '' : ', MAX(minute)'}, SUM(n) FROM (${this.#rowsOf('$1')}) AS added WHERE true
      GROUP BY ${key} ORDER BY ${key}
      ON CONFLICT (${key}) DO UPDATE SET n = kept.n + excluded.n${more}`;
    return { sql, values: [JSON.stringify(rows)] };
  }

  *#takeUnreported(reporter: string): Steps<MinuteRows[]> {
    const taken = `SELECT minute, ${GROUP}, counter FROM huren_coverage_unreported WHERE reporter = $1
      ORDER BY minute, ${GROUP}, counter LIMIT ${MOST_ROWS_A_REPORT}`;
    const sql = `DELETE FROM huren_coverage_unreported WHERE reporter = $1 AND
      (minute, ${GROUP}, counter) IN (${taken}) RETURNING minute, ${GROUP}, counter, n`;
    const byMinute = new Map<number, CoverageRow[]>();
    for (const { minute, ...row } of storedRows(timedRowSchema, yield { sql, values: [reporter] }, this.#what)) {
      byMinute.set(minute, [...(byMinute.get(minute) ?? []), row]);
    }
    return [...byMinute].sort(([a], [b]) => a - b).map(([minute, rows]) => ({ minute, rows }));
  }

  *#epoch(): Steps<string> {
    const sql = `INSERT INTO huren_coverage_epoch SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM huren_coverage_epoch)`;
    yield { sql, values: [newEpoch()] };
    const rows = yield { sql: 'SELECT epoch FROM huren_coverage_epoch', values: [] };
    const [first] = storedRows(z.strictObject({ epoch: z.string() }), rows, this.#what);
    return first?.epoch ?? newEpoch();
  }
}

/** Who reports a row: the issuer what it stated, the gateway of the destination everything else. */
function reporterOf({ issuer, destination, counter }: CoverageRow): string {
  return counter.startsWith('stated:') ? reporterName('issuer', issuer) : reporterName('gateway', destination);
}

/** What a store calls the reports of one hosted entity. */
export function reporterName(kind: 'gateway' | 'issuer', province: CoverageRow['issuer']): string {
  return `${kind}:${province}`;
}

/** Of the payload as it stands in a token: so whoever receives it need not encode it again. */
function digestOf(body: string): string {
  return createHash('sha256').update(Buffer.from(body).toString('base64url')).digest('base64url');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
