import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type CoverageGroup,
  coverageReportSchema,
  MOST_COUNTS_LENGTH,
  MOST_GROUPS_A_REPORT,
  REPORTS_KEPT_S,
  UNTOLD,
} from '../../schemas/coverage-report.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { MINUTE_MS } from './coverage-counter.ts';
import type { GroupName, MinuteGroups } from './coverage-groups.ts';
import type {
  CountedBatch,
  CoverageTerms,
  KnownReport,
  ReceivedReport,
  ReportDraft,
  SealedReport,
  Sender,
} from './coverage-store.ts';
import { newEpoch } from './coverage-tables.ts';
import { GROUP_COLUMNS, GROUP_NAME, GroupRows, type GroupTable, type TimedGroup } from './group-rows.ts';
import { isCounted, judgeReport, type ReportJudgement } from './judge-report.ts';
import { type OlderRow, takeOlder } from './older-counts.ts';
import { Merging } from './packed-counts.ts';
import { type RowsOf, type Steps, storedRows } from './statement.ts';
import { SumStatements } from './sum-statements.ts';

/** Batches are sent again within seconds. */
const BATCHES_KEPT_MINUTES = 2 * 24 * 60;

/**
 * Numberings that are remembered of a node. One that begins anew with each report would otherwise have all that it ever began
 * read with the next one, and at each look at coverage.
 */
export const MOST_EPOCHS = 64;

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
  gap_s: z.coerce.number().int().nullable(),
  restarted_s: z.coerce.number().int().nullable(),
  breakers: z.string().transform(jsonOrUndefined).pipe(coverageReportSchema.shape.breakers),
  fault: z.string().nullable(),
});

type DueName = GroupName & { readonly reporter: string; readonly minute: number };
const DUE: GroupTable<DueName> = { name: 'huren_coverage_due', key: ['reporter', 'minute', ...GROUP_NAME] };

/**
 * What a coverage store does about what is counted and reported, as transactions over its tables; a store runs them. `what`
 * names it in errors.
 */
export class CoverageStatements {
  readonly sums: SumStatements;
  readonly #rows: GroupRows;
  readonly #what: string;

  constructor(terms: CoverageTerms, rowsOf: RowsOf, what: string) {
    this.#rows = new GroupRows(rowsOf, what);
    this.sums = new SumStatements(terms, this.#rows, what);
    this.#what = what;
  }

  *add({ id, minutes }: CountedBatch): Steps<void> {
    const newest = Math.max(0, ...minutes.map(({ minute }) => minute));
    const sql = 'INSERT INTO huren_coverage_counted VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id';
    if ((yield { sql, values: [id, newest] }).length === 0) return;
    yield* this.sums.show(minutes);
    const due = new Merging(DUE.key);
    for (const { minute, groups } of minutes) {
      for (const { counts, ...name } of groups)
        due.add({ reporter: reporterOf(name), minute, ...name }, counts, minute);
    }
    yield* this.#rows.merge(DUE, due);
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
    yield* this.sums.show(report.minutes);
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
    if (judgement === 'gap' || judgement === 'restarted') {
      yield {
        sql: `INSERT INTO huren_coverage_incident VALUES ($1, $2, $3)
          ON CONFLICT (node, fault) DO UPDATE SET seen_s = excluded.seen_s`,
        values: [iss, judgement, receivedS],
      };
    }
    if (judgement === 'restarted') {
      for (const old of known.slice(0, 1 - MOST_EPOCHS)) {
        const values = [iss, old.epoch];
        yield { sql: 'DELETE FROM huren_coverage_sender WHERE node = $1 AND epoch = $2', values };
      }
    }
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
    const sql = `SELECT s.node, epoch, number, digest, reported_s, received_s, gaps, breakers, f.fault,
        gap.seen_s AS gap_s, anew.seen_s AS restarted_s
      FROM huren_coverage_sender s LEFT JOIN huren_coverage_fault f ON f.node = s.node
        LEFT JOIN huren_coverage_incident gap ON gap.node = s.node AND gap.fault = 'gap'
        LEFT JOIN huren_coverage_incident anew ON anew.node = s.node AND anew.fault = 'restarted'
      ${where} ORDER BY s.node, received_s, reported_s`;
    const rows = storedRows(senderSchema, yield { sql, values }, this.#what);
    return rows.map(
      ({ reported_s: reportedS, received_s: receivedS, gap_s: gapS, restarted_s: restartedS, ...row }) => ({
        ...row,
        ...{ reportedS, receivedS, gapS, restartedS },
      }),
    );
  }

  *forget(nowMs: number): Steps<void> {
    yield* this.sums.forget(nowMs);
    const batches = 'DELETE FROM huren_coverage_counted WHERE minute < $1';
    yield { sql: batches, values: [Math.floor(nowMs / MINUTE_MS) - BATCHES_KEPT_MINUTES] };
    // Where nobody makes reports nothing takes these away.
    const due = 'DELETE FROM huren_coverage_due WHERE minute < $1';
    yield { sql: due, values: [Math.floor(nowMs / MINUTE_MS) - REPORTS_KEPT_S / 60] };
    // The last one stays: the next is chained to it.
    yield {
      sql: `DELETE FROM huren_coverage_report AS old WHERE sealed_s < $1 AND EXISTS
        (SELECT 1 FROM huren_coverage_report n WHERE n.reporter = old.reporter AND n.number > old.number)`,
      values: [Math.floor(nowMs / 1000) - REPORTS_KEPT_S],
    };
  }

  /**
   * Adds a piece of what version 0.1.0 counted, before the tables were brought up to date or beside this version. False:
   * there was nothing.
   */
  *takeOver(): Steps<boolean> {
    const [shown, withheld, unreported] = [
      yield* takeOlder('shown', this.#what),
      yield* takeOlder('withheld', this.#what),
      yield* takeOlder('unreported', this.#what),
    ];
    if (shown.length + withheld.length + unreported.length === 0) return false;
    const due = new Merging(DUE.key);
    for (const { minute, counter, n, ...name } of unreported) due.add({ ...name, minute }, { [counter]: n }, minute);
    yield* this.#rows.merge(DUE, due);
    yield* this.sums.add(shown.map(groupOf));
    yield* this.sums.show(withheld.map((row) => ({ minute: row.minute, groups: [groupOf(row)] })));
    return true;
  }

  /** As much as one report may hold; the next one takes the rest. */
  *#takeUnreported(reporter: string): Steps<MinuteGroups[]> {
    const sql = `SELECT ${GROUP_COLUMNS} FROM huren_coverage_due WHERE reporter = $1
      ORDER BY minute, ${GROUP_NAME.join(', ')} LIMIT ${MOST_GROUPS_A_REPORT}`;
    const due = (yield { sql, values: [reporter] }).map((row) => this.#rows.read(row));
    const byMinute = new Map<number, CoverageGroup[]>();
    const taken = new Merging(DUE.key);
    let length = 0;
    for (const { minute, counts, ...name } of due) {
      length += JSON.stringify(counts).length;
      if (length > MOST_COUNTS_LENGTH && byMinute.size > 0) break;
      byMinute.set(minute, [...(byMinute.get(minute) ?? []), { ...name, counts }]);
      taken.add({ reporter, minute, ...name }, counts, minute);
    }
    if (taken.size > 0) yield this.#rows.remove(DUE, taken);
    return [...byMinute].map(([minute, groups]) => ({ minute, groups }));
  }

  *#epoch(): Steps<string> {
    const sql = `INSERT INTO huren_coverage_epoch SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM huren_coverage_epoch)`;
    yield { sql, values: [newEpoch()] };
    const rows = yield { sql: 'SELECT epoch FROM huren_coverage_epoch', values: [] };
    const [first] = storedRows(z.strictObject({ epoch: z.string() }), rows, this.#what);
    return first?.epoch ?? newEpoch();
  }
}

/** Who reports a group: the issuer what it stated, which knows of no venue, the gateway of the destination everything else. */
function reporterOf({ issuer, destination, venue_kind }: GroupName): string {
  return venue_kind === UNTOLD ? reporterName('issuer', issuer) : reporterName('gateway', destination);
}

/** What a store calls the reports of one hosted entity. */
export function reporterName(kind: 'gateway' | 'issuer', province: CoverageGroup['issuer']): string {
  return `${kind}:${province}`;
}

/** Of the payload as it stands in a token: so whoever receives it need not encode it again. */
function digestOf(body: string): string {
  return createHash('sha256').update(Buffer.from(body).toString('base64url')).digest('base64url');
}

function groupOf({ counter, n, reporter: _, ...name }: OlderRow): TimedGroup {
  return { ...name, counts: { [counter]: n } };
}
