import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type CoverageGroup,
  coverageGroupSchema,
  coverageReportSchema,
  MOST_COUNTS_LENGTH,
  MOST_GROUPS_A_REPORT,
  REPORTS_KEPT_S,
  UNTOLD,
} from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import { MINUTE_MS } from './coverage-counter.ts';
import { ANY_KIND, type GroupName, type MinuteGroups, type SummedGroup } from './coverage-groups.ts';
import type {
  CountedBatch,
  CoverageTerms,
  KnownReport,
  ReceivedReport,
  ReportDraft,
  SealedReport,
  Sender,
  SumsWish,
  TimedGroup,
} from './coverage-store.ts';
import { newEpoch, SPANS } from './coverage-tables.ts';
import { isCounted, judgeReport, type ReportJudgement } from './judge-report.ts';
import { takeOlder } from './older-counts.ts';
import { type Counts, Merging, type RowName, readCounts, scansIn } from './packed-counts.ts';
import { stretchesAfter } from './sum-stretches.ts';

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

const GROUP = 'destination, issuer, venue_kind';
const HOUR = 60;
/** Batches are sent again within seconds. */
const BATCHES_KEPT_MINUTES = 2 * 24 * HOUR;
/** Minutes are told apart for a week, hours and days for 400 days. */
const MINUTES_KEPT = 7 * 24 * HOUR;
const HOURS_KEPT = 400 * 24 * HOUR;
/** A minute is over so many minutes after it: hours and days are written once a minute, and not with every report. */
const MINUTES_OPEN = 2;
const WIDER_SPANS = SPANS.filter((span) => span > 1);

const nameSchema = z.object({
  destination: coverageGroupSchema.shape.destination,
  issuer: coverageGroupSchema.shape.issuer,
  venue_kind: z.union([coverageGroupSchema.shape.venue_kind, z.literal(ANY_KIND)]),
});
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

type ColumnsOf<Name> = readonly (keyof Name & string)[];
/** A table of groups: `key` tells its rows apart, in the order of its primary key. */
interface Table<Name> {
  readonly name: string;
  readonly key: ColumnsOf<Name>;
}
const NAME = ['destination', 'issuer', 'venue_kind'] as const;
type SumName = Omit<SummedGroup, 'counts'> & { readonly span: number; readonly minute: number };
type DueName = GroupName & { readonly reporter: string; readonly minute: number };
const SUMS: Table<SumName> = { name: 'huren_coverage_sum', key: ['span', 'minute', ...NAME] };
const WAITING: Table<GroupName> = { name: 'huren_coverage_waiting', key: NAME };
const DUE: Table<DueName> = { name: 'huren_coverage_due', key: ['reporter', 'minute', ...NAME] };

/** What a coverage store does, as transactions over its tables; a store runs them. `what` names it in errors. */
export class CoverageStatements {
  readonly #terms: CoverageTerms;
  readonly #rowsOf: RowsOf;
  readonly #what: string;
  readonly #names = new Map<string, Omit<SummedGroup, 'counts'>>();

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
    const due = new Merging(DUE.key);
    for (const { minute, groups } of minutes) {
      for (const { counts, ...name } of groups)
        due.add({ reporter: reporterOf(name), minute, ...name }, counts, minute);
    }
    yield* this.#merge(DUE, due);
  }

  *sums(wish: SumsWish): Steps<TimedGroup[]> {
    const sums: TimedGroup[] = [];
    const { afterMinute, perMinutes, venueKind, issuer = '', destination = '' } = wish;
    const rolledUpTo = yield* this.#rolledUpTo();
    for (const { span, from, until } of stretchesAfter(afterMinute, perMinutes, rolledUpTo)) {
      const sql = `SELECT minute, ${GROUP}, counts FROM huren_coverage_sum WHERE span = $1 AND minute >= $2 AND minute < $3
        AND ${venueKind === 'each' ? `venue_kind <> $4` : 'venue_kind = $4'}
        AND ($5 = '' OR issuer = $5) AND ($6 = '' OR destination = $6)`;
      const kind = venueKind === 'each' ? ANY_KIND : venueKind;
      const rows = yield { sql, values: [span, from, until, kind, issuer, destination] };
      for (const row of rows) sums.push(this.#summed(row));
    }
    return sums;
  }

  *withheld(): Steps<CoverageGroup[]> {
    const sql = `SELECT minute, ${GROUP}, counts FROM huren_coverage_waiting`;
    return (yield { sql, values: [] }).flatMap((row) => this.#group(row));
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
    const rolledUpTo = yield* this.#rolledUpTo();
    if (nowMinute - MINUTES_OPEN > rolledUpTo) yield* this.#rollUp(rolledUpTo, nowMinute - MINUTES_OPEN);
    yield {
      sql: 'DELETE FROM huren_coverage_sum WHERE span = 1 AND minute < $1',
      values: [nowMinute - MINUTES_KEPT],
    };
    yield {
      sql: 'DELETE FROM huren_coverage_sum WHERE span > 1 AND minute < $1',
      values: [nowMinute - HOURS_KEPT],
    };
    const batches = 'DELETE FROM huren_coverage_counted WHERE minute < $1';
    yield { sql: batches, values: [nowMinute - BATCHES_KEPT_MINUTES] };
    // Where nobody makes reports nothing takes these away.
    const due = 'DELETE FROM huren_coverage_due WHERE minute < $1';
    yield { sql: due, values: [nowMinute - REPORTS_KEPT_S / 60] };
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
    const rolledUpTo = yield* this.#rolledUpTo();
    const [sums, waiting, due] = [new Merging(SUMS.key), new Merging(WAITING.key), new Merging(DUE.key)];
    for (const { minute, counter, n, reporter: _, ...name } of shown) {
      addToSums(sums, minute, { ...name, counts: { [counter]: n } }, rolledUpTo);
    }
    for (const { minute, counter, n, reporter: _, ...name } of withheld) waiting.add(name, { [counter]: n }, minute);
    for (const { minute, counter, n, ...name } of unreported) due.add({ ...name, minute }, { [counter]: n }, minute);
    yield* this.#merge(SUMS, sums);
    yield* this.#merge(DUE, due);
    yield* this.#show(waiting.all().map(({ name, counts, minute }) => ({ minute, groups: [{ ...name, counts }] })));
    return true;
  }

  /** Into what may be shown: group by group, and only once enough scans are behind a group. */
  *#show(minutes: readonly MinuteGroups[]): Steps<void> {
    const ripe = yield* this.#ripe(minutes);
    if (ripe.length === 0) return;
    const rolledUpTo = yield* this.#rolledUpTo();
    const sums = new Merging(SUMS.key);
    for (const { minute, ...group } of ripe) addToSums(sums, minute, group, rolledUpTo);
    yield* this.#merge(SUMS, sums);
    const newest = Math.max(...ripe.map(({ minute }) => minute));
    if (newest - MINUTES_OPEN > rolledUpTo) yield* this.#rollUp(rolledUpTo, newest - MINUTES_OPEN);
  }

  /** Adds minutes that are over to their hour and their day. What comes late for one of them is added to all three. */
  *#rollUp(from: number, until: number): Steps<void> {
    const sql = `SELECT minute, ${GROUP}, counts FROM huren_coverage_sum WHERE span = 1 AND minute > $1 AND minute <= $2`;
    const over = (yield { sql, values: [from, until] }).map((row) => this.#summed(row));
    const sums = new Merging(SUMS.key);
    for (const { minute: at, counts, ...name } of over) {
      for (const span of WIDER_SPANS) sums.add({ span, minute: at - (at % span), ...name }, counts, at - (at % span));
    }
    yield* this.#merge(SUMS, sums);
    yield { sql: 'DELETE FROM huren_coverage_rolled', values: [] };
    yield { sql: 'INSERT INTO huren_coverage_rolled VALUES ($1)', values: [until] };
  }

  *#rolledUpTo(): Steps<number> {
    // A store that was put back may have two of them: its own first one, and the one of the backup.
    const rows = yield { sql: 'SELECT COALESCE(MAX(minute), 0) AS minute FROM huren_coverage_rolled', values: [] };
    const [rolled] = storedRows(z.strictObject({ minute: z.coerce.number().int() }), rows, this.#what);
    return rolled?.minute ?? 0;
  }

  /** The groups that have enough scans behind them, each with what was withheld of it, at its newest minute. */
  *#ripe(minutes: readonly MinuteGroups[]): Steps<(CoverageGroup & { readonly minute: number })[]> {
    const { withholdBelow } = this.#terms;
    const given = minutes.flatMap(({ minute, groups }) => groups.map((group) => ({ minute, ...group })));
    if (withholdBelow <= 1) return given;
    const waiting = new Merging(WAITING.key);
    for (const { minute, counts, ...name } of given) waiting.add(name, counts, minute);
    if (waiting.size === 0) return [];
    const kept = yield* this.#addKept(WAITING, waiting);
    const [ripe, rest] = [new Merging(WAITING.key), new Merging(WAITING.key)];
    for (const { name, counts, minute } of waiting.all()) {
      (scansIn(counts) >= withholdBelow ? ripe : rest).add(name, counts, minute);
    }
    if (rest.size > 0) yield this.#upsert(WAITING, rest);
    // A busy gateway's groups are ripe with each report, and nothing of them was waiting.
    const sql = `DELETE FROM huren_coverage_waiting WHERE (${GROUP}) IN (SELECT ${GROUP} FROM (${this.#rowsOf('$1')}) AS given)`;
    if (kept > 0) yield { sql, values: [ripe.names()] };
    return ripe.all().map(({ name, counts, minute }) => ({ ...name, counts, minute }));
  }

  /** Adds to rows that are kept, in one reading and one writing however many there are. */
  *#merge<Name extends RowName>(table: Table<Name>, merging: Merging<Name>): Steps<void> {
    yield* this.#addKept(table, merging);
    yield this.#upsert(table, merging);
  }

  /** How many of the rows were kept already. */
  *#addKept<Name extends RowName>({ name, key }: Table<Name>, merging: Merging<Name>): Steps<number> {
    const same = key.map((column) => `kept.${column} = given.${column}`).join(' AND ');
    const keyText = key.map((column) => `kept.${column}`).join(` || ' ' || `);
    // Each name is looked up: without CROSS a planner may walk through all that is kept instead.
    const sql = `SELECT ${keyText} AS key, kept.minute, kept.counts
      FROM (${this.#rowsOf('$1')}) AS given CROSS JOIN ${name} AS kept WHERE ${same}`;
    const kept = yield { sql, values: [merging.names()] };
    for (const row of kept) {
      merging.addKept(String(row['key']), this.#countsOf(row), this.#minuteOf(row));
    }
    return kept.length;
  }

  #upsert<Name extends RowName>({ name, key }: Table<Name>, merging: Merging<Name>): Statement {
    const columns = [...new Set([...key, 'minute'])].join(', ');
    const sql = `INSERT INTO ${name} (${columns}, counts) SELECT ${columns}, counts FROM (${this.#rowsOf('$1')}) AS given
      WHERE true ORDER BY ${key.join(', ')}
      ON CONFLICT (${key.join(', ')}) DO UPDATE SET counts = excluded.counts, minute = excluded.minute`;
    return { sql, values: [merging.rows()] };
  }

  /** As much as one report may hold; the next one takes the rest. */
  *#takeUnreported(reporter: string): Steps<MinuteGroups[]> {
    const sql = `SELECT minute, ${GROUP}, counts FROM huren_coverage_due WHERE reporter = $1
      ORDER BY minute, ${GROUP} LIMIT ${MOST_GROUPS_A_REPORT}`;
    const due = (yield { sql, values: [reporter] }).flatMap((row) => this.#group(row));
    const byMinute = new Map<number, CoverageGroup[]>();
    const taken = new Merging(DUE.key);
    let length = 0;
    for (const { minute, counts, ...name } of due) {
      length += JSON.stringify(counts).length;
      if (length > MOST_COUNTS_LENGTH && byMinute.size > 0) break;
      byMinute.set(minute, [...(byMinute.get(minute) ?? []), { ...name, counts }]);
      taken.add({ reporter, minute, ...name }, counts, minute);
    }
    const key = DUE.key.join(', ');
    const remove = `DELETE FROM huren_coverage_due WHERE (${key}) IN (SELECT ${key} FROM (${this.#rowsOf('$1')}) AS given)`;
    yield { sql: remove, values: [taken.names()] };
    return [...byMinute].map(([minute, groups]) => ({ minute, groups }));
  }

  /** A row of sums, by hand but for its name: a window is made of tens of thousands of them. Throws StoreError `damaged`. */
  #summed(row: StoredRow): TimedGroup {
    return { minute: this.#minuteOf(row), ...this.#nameOf(row), counts: this.#countsOf(row) };
  }

  /** A row of one kind of venue. */
  #group(row: StoredRow): (CoverageGroup & { readonly minute: number })[] {
    const { venue_kind, ...summed } = this.#summed(row);
    return venue_kind === ANY_KIND ? [] : [{ ...summed, venue_kind }];
  }

  /** Each name is read once: there are as many as groups. */
  #nameOf({ destination, issuer, venue_kind }: StoredRow): Omit<SummedGroup, 'counts'> {
    const key = `${destination} ${issuer} ${venue_kind}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const read = nameSchema.safeParse({ destination, issuer, venue_kind });
    if (!read.success) throw new StoreError('damaged', this.#what, { cause: read.error });
    this.#names.set(key, read.data);
    return read.data;
  }

  #minuteOf({ minute }: StoredRow): number {
    const read = Number(minute);
    if (!Number.isSafeInteger(read)) throw new StoreError('damaged', this.#what);
    return read;
  }

  #countsOf({ counts }: StoredRow): Counts {
    const read = readCounts(counts);
    if (read === null) throw new StoreError('damaged', this.#what);
    return read;
  }

  *#epoch(): Steps<string> {
    const sql = `INSERT INTO huren_coverage_epoch SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM huren_coverage_epoch)`;
    yield { sql, values: [newEpoch()] };
    const rows = yield { sql: 'SELECT epoch FROM huren_coverage_epoch', values: [] };
    const [first] = storedRows(z.strictObject({ epoch: z.string() }), rows, this.#what);
    return first?.epoch ?? newEpoch();
  }
}

/** Rows as a database gave them. Throws StoreError `damaged` for anything else; `what` names the database. */
function storedRows<T>(schema: z.ZodType<T>, rows: unknown, what: string): T[] {
  const parsed = z.array(schema).safeParse(rows);
  if (!parsed.success) throw new StoreError('damaged', what, { cause: parsed.error });
  return parsed.data;
}

/** Into the sums of its minute, and of its hour and day where that minute is over, by itself and with the other kinds of venues. */
function addToSums(
  sums: Merging<SumName>,
  at: number,
  { counts, venue_kind, ...pair }: CoverageGroup,
  rolledUpTo: number,
): void {
  for (const span of at <= rolledUpTo ? SPANS : ([1] as const)) {
    const minute = at - (at % span);
    sums.add({ span, minute, ...pair, venue_kind }, counts, minute);
    if (venue_kind !== UNTOLD) sums.add({ span, minute, ...pair, venue_kind: ANY_KIND }, counts, minute);
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
