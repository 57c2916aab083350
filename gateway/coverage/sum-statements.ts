import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { CoverageGroup } from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import { MINUTE_MS } from './coverage-counter.ts';
import { ANY_KIND, type GroupName, type MinuteGroups, type SummedGroup } from './coverage-groups.ts';
import type { CoverageTerms, SumsWish, TimedTally } from './coverage-store.ts';
import { SPANS } from './coverage-tables.ts';
import { GROUP_COLUMNS, GROUP_NAME, type GroupRows, type GroupTable, type TimedGroup } from './group-rows.ts';
import { Merging, scansIn } from './packed-counts.ts';
import { packGroups } from './packed-groups.ts';
import { type PackedRow, PackedRows } from './packed-rows.ts';
import { type Steps, type StoredRow, storedMinute, storedRows } from './statement.ts';
import { type Stretch, stretchesAfter } from './sum-stretches.ts';
import { GroupSums, TimeSums } from './summing.ts';

const HOUR = 60;
/** Minutes are told apart for a week, hours and days for 400 days. */
const MINUTES_KEPT = 7 * 24 * HOUR;
const HOURS_KEPT = 400 * 24 * HOUR;
/** A minute is over so many minutes after it: hours and days are written once a minute, and not with every report. */
const MINUTES_OPEN = 2;
const WIDER_SPANS = SPANS.filter((span) => span > 1);
/** More minutes than there are. */
const ALL_TOGETHER = 1_000_000_000;
/** Questions whose sums are remembered; those of a country take some two megabytes each. */
const MOST_REMEMBERED = 8;
const WAITING: GroupTable<GroupName> = { name: 'huren_coverage_waiting', key: GROUP_NAME };
const ROW = 'span = $1 AND minute = $2 AND province = $3 AND part = $4';

const rolledSchema = z.strictObject({ minute: z.coerce.number().int(), late: z.coerce.number().int() });
/** Up to which minute hours and days have everything, and how often something came late for them since that is so. */
type Rolled = z.infer<typeof rolledSchema>;

/** What was added up of minutes that are over; it is so for as long as nothing that `of` names is another. */
type Memory<Sums extends object> = LRUCache<string, { readonly of: string; readonly sums: Sums }>;

/**
 * What may be shown: sums of minutes, hours and days, and what waits until there is enough of it. Sums of minutes that are
 * over are remembered, so that whoever watches has a few minutes read again and not a window. `what` names the store in
 * errors.
 */
export class SumStatements {
  readonly #terms: CoverageTerms;
  readonly #rows: GroupRows;
  readonly #what: string;
  readonly #groupSums: Memory<GroupSums> = new LRUCache({ max: MOST_REMEMBERED });
  readonly #timeSums: Memory<TimeSums> = new LRUCache({ max: MOST_REMEMBERED });

  constructor(terms: CoverageTerms, rows: GroupRows, what: string) {
    this.#terms = terms;
    this.#rows = rows;
    this.#what = what;
  }

  *sums(wish: SumsWish): Steps<SummedGroup[]> {
    const { over, since } = yield* this.#added(this.#groupSums, wish, ALL_TOGETHER, () => new GroupSums(wish));
    return since.with(over);
  }

  *series(wish: SumsWish, perMinutes: number): Steps<TimedTally[]> {
    const make = () => new TimeSums(wish, perMinutes);
    const { over, since } = yield* this.#added(this.#timeSums, wish, perMinutes, make);
    return since.with(over);
  }

  *withheld(): Steps<CoverageGroup[]> {
    const sql = `SELECT ${GROUP_COLUMNS} FROM huren_coverage_waiting`;
    return (yield { sql, values: [] }).map((row) => this.#rows.read(row));
  }

  /** Into what may be shown: group by group, and only once enough scans are behind a group. */
  *show(minutes: readonly MinuteGroups[]): Steps<void> {
    yield* this.add(yield* this.#ripe(minutes));
  }

  /** What enough scans are behind. */
  *add(ripe: readonly TimedGroup[]): Steps<void> {
    if (ripe.length === 0) return;
    const rolled = yield* this.#rolled();
    const rows = new PackedRows();
    for (const { minute, ...group } of ripe) {
      for (const span of minute <= rolled.minute ? SPANS : ([1] as const)) rows.add(span, minute, group);
    }
    yield* this.#write(rows);
    if (ripe.some(({ minute }) => minute <= rolled.minute)) {
      yield { sql: 'UPDATE huren_coverage_rolled SET late = late + 1', values: [] };
    }
    const newest = Math.max(...ripe.map(({ minute }) => minute));
    if (newest - MINUTES_OPEN > rolled.minute) yield* this.#rollUp(rolled.minute, newest - MINUTES_OPEN);
  }

  *forget(nowMs: number): Steps<void> {
    const nowMinute = Math.floor(nowMs / MINUTE_MS);
    const rolled = yield* this.#rolled();
    if (nowMinute - MINUTES_OPEN > rolled.minute) yield* this.#rollUp(rolled.minute, nowMinute - MINUTES_OPEN);
    const minutes = 'DELETE FROM huren_coverage_sum WHERE span = 1 AND minute < $1';
    yield { sql: minutes, values: [nowMinute - MINUTES_KEPT] };
    const wider = 'DELETE FROM huren_coverage_sum WHERE span > 1 AND minute < $1';
    yield { sql: wider, values: [nowMinute - HOURS_KEPT] };
  }

  /** Sums of minutes that are over, which may be remembered ones, and of those since. */
  *#added<Sums extends GroupSums | TimeSums>(
    memory: Memory<Sums>,
    wish: SumsWish,
    perMinutes: number,
    make: () => Sums,
  ): Steps<{ readonly over: Sums; readonly since: Sums }> {
    const { afterMinute, ...asked } = wish;
    const rolled = yield* this.#rolled();
    const { over, since } = stretchesAfter(afterMinute, perMinutes, rolled.minute);
    const question = JSON.stringify([perMinutes, asked]);
    const of = `${afterMinute} ${rolled.minute} ${rolled.late}`;
    let known = memory.get(question);
    if (known?.of !== of) {
      known = { of, sums: make() };
      yield* this.#readInto(known.sums, wish, over);
      memory.set(question, known);
    }
    const fresh = make();
    yield* this.#readInto(fresh, wish, since);
    return { over: known.sums, since: fresh };
  }

  *#readInto(sums: GroupSums | TimeSums, wish: SumsWish, stretches: readonly Stretch[]): Steps<void> {
    const { venueKind, destination = '' } = wish;
    const parts =
      venueKind === 'each' ? ['each', 'stated'] : venueKind === ANY_KIND ? ['any', 'any'] : ['each', 'each'];
    // What an issuer stated stands in the issuer's own row.
    const sql = `SELECT minute, counts FROM huren_coverage_sum WHERE span = $1 AND minute >= $2 AND minute < $3
      AND part IN ($4, $5) AND ($6 = '' OR province = $6 OR part = 'stated')`;
    for (const { span, from, until } of stretches) {
      for (const row of yield { sql, values: [span, from, until, ...parts, destination] }) {
        this.#unpacked(row, (packed) => sums.add(storedMinute(row, this.#what), packed));
      }
    }
  }

  /** Adds minutes that are over to their hour and their day. What comes late for one of them is added to all three. */
  *#rollUp(from: number, until: number): Steps<void> {
    const sql = `SELECT minute, province, part, counts FROM huren_coverage_sum WHERE span = 1 AND minute > $1 AND minute <= $2`;
    const rows = new PackedRows();
    for (const row of yield { sql, values: [from, until] }) {
      const minute = storedMinute(row, this.#what);
      const [province, part] = [String(row['province']), String(row['part'])];
      for (const span of WIDER_SPANS) {
        const wider = rows.row({ span, minute: minute - (minute % span), province, part });
        this.#unpacked(row, (packed) => wider.addPacked(packed));
      }
    }
    yield* this.#write(rows);
    yield { sql: 'DELETE FROM huren_coverage_rolled', values: [] };
    yield { sql: 'INSERT INTO huren_coverage_rolled (minute) VALUES ($1)', values: [until] };
  }

  *#rolled(): Steps<Rolled> {
    // A store that was put back may have two of them: its own first one, and the one of the backup.
    const sql = 'SELECT COALESCE(MAX(minute), 0) AS minute, COALESCE(SUM(late), 0) AS late FROM huren_coverage_rolled';
    const [rolled] = storedRows(rolledSchema, yield { sql, values: [] }, this.#what);
    return rolled ?? { minute: 0, late: 0 };
  }

  /** To rows that are kept. */
  *#write(rows: PackedRows): Steps<void> {
    for (const row of rows.all()) yield* this.#writeRow(row);
  }

  *#writeRow(row: PackedRow): Steps<void> {
    const { span, minute, province, part } = row.name;
    const name = [span, minute, province, part];
    const [kept] = yield { sql: `SELECT counts FROM huren_coverage_sum WHERE ${ROW}`, values: name };
    if (kept === undefined) {
      const sql = `INSERT INTO huren_coverage_sum (span, minute, province, part, counts) VALUES ($1, $2, $3, $4, $5)`;
      yield { sql, values: [...name, packGroups(row.groups())] };
    } else {
      this.#unpacked(kept, (packed) => row.addPacked(packed));
      const sql = `UPDATE huren_coverage_sum SET counts = $5 WHERE ${ROW}`;
      yield { sql, values: [...name, packGroups(row.groups())] };
    }
  }

  /** Throws StoreError `damaged`. */
  #unpacked({ counts }: StoredRow, unpack: (packed: Uint8Array) => void): void {
    try {
      if (!(counts instanceof Uint8Array)) throw new RangeError('these are no bytes');
      unpack(counts);
    } catch (cause) {
      throw cause instanceof RangeError ? new StoreError('damaged', this.#what, { cause }) : cause;
    }
  }

  /** The groups that have enough scans behind them, each with what was withheld of it, at its newest minute. */
  *#ripe(minutes: readonly MinuteGroups[]): Steps<TimedGroup[]> {
    const { withholdBelow } = this.#terms;
    const given = minutes.flatMap(({ minute, groups }) => groups.map((group) => ({ minute, ...group })));
    if (withholdBelow <= 1) return given;
    const waiting = new Merging(WAITING.key);
    for (const { minute, counts, ...name } of given) waiting.add(name, counts, minute);
    if (waiting.size === 0) return [];
    const kept = yield* this.#rows.addKept(WAITING, waiting);
    const [ripe, rest] = [new Merging(WAITING.key), new Merging(WAITING.key)];
    for (const { name, counts, minute } of waiting.all()) {
      (scansIn(counts) >= withholdBelow ? ripe : rest).add(name, counts, minute);
    }
    if (rest.size > 0) yield this.#rows.upsert(WAITING, rest);
    // A busy gateway's groups are ripe with each report, and nothing of them was waiting.
    if (kept > 0 && ripe.size > 0) yield this.#rows.remove(WAITING, ripe);
    return ripe.all().map(({ name, counts, minute }) => ({ ...name, counts, minute }));
  }
}
