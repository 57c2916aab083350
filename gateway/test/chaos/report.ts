import type { Tally, Violation } from './venue-load.ts';

export interface ChaosResult {
  readonly seed: number;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly violations: readonly Violation[];
  /** Where our own code broke, as the gateways' logs have it. */
  readonly faults: readonly string[];
  /** Places where something that must not be kept was found, and what kind of thing it was. */
  readonly leaks: readonly string[];
  /** Everything of a province withdrawn, all through the run. */
  readonly flushes: { readonly pushed: number; readonly accepted: number };
  readonly invalidation: Invalidations;
  readonly isolation: readonly IsolationTurn[];
  readonly stampede: Stampede;
  readonly surge: Surge;
  /** Null where the system does not tell. */
  readonly resources: Resources | null;
}

/** Status changes sent while nothing was wrong: effects wanted (one a gateway), seen, and seen within 100 ms. */
export interface Invalidations {
  readonly pushed: number;
  readonly accepted: number;
  readonly wanted: number;
  readonly effects: number;
  readonly within100Ms: number;
}

/** The slowest hundredth of scans of the other provinces' codes: while none hangs, and right after that while one does. */
export interface IsolationTurn {
  readonly healthyMs: number;
  readonly hungMs: number;
}

/**
 * Gateways, stores, provinces and venues share one machine here, so what is judged is the middle turn, and only for what
 * cannot be the machine: whoever waits for a province that hangs waits for seconds. What 1.1 is asked of is the benchmark,
 * where nothing else runs.
 */
const MOST_HELD_UP = 2;

/** Whether the others wait for one that hangs. */
export function isHeldUp(turns: readonly IsolationTurn[]): boolean {
  return heldUpBy(turns) > MOST_HELD_UP;
}

/** How much longer the others take while one hangs, in the middle turn. */
function heldUpBy(turns: readonly IsolationTurn[]): number {
  return percentileOf(
    turns.map(({ healthyMs, hungMs }) => hungMs / healthyMs),
    0.5,
  );
}

/** The most that one gateway ever held. */
export interface Resources {
  readonly sockets: number;
  readonly memoryMb: number;
}

/** Many scans of one new code at once. */
export interface Stampede {
  readonly scans: number;
  readonly answered: number;
  /** What the rest got, by outcome. */
  readonly others: string;
  readonly upstreamCalls: number;
  readonly gateways: number;
}

/** Many times the usual load for a while. */
export interface Surge {
  readonly scans: number;
  readonly perSecond: number;
  readonly shed: number;
  readonly recoveredMs: number | null;
}

/** The run as a table for people, worst news last so that it is on the screen. */
export function reportOf(result: ChaosResult): string {
  const rows = [...result.tallies].map(([name, tally]) => rowOf(name, tally));
  const head = ['while', 'scans', 'answered', 'stale', 'refer', 'p50 ms', 'p99 ms', 'not answered'];
  const { flushes, invalidation, isolation, stampede, surge, resources } = result;
  return [
    `seed ${result.seed}`,
    table([head, ...rows]),
    `withdrawals during faults: ${flushes.accepted} of ${flushes.pushed} accepted`,
    `status changed, nothing wrong: ${invalidation.accepted} of ${invalidation.pushed} accepted, ` +
      `${invalidation.effects} of ${invalidation.wanted} effects seen, ${invalidation.within100Ms} within 100 ms`,
    isolationLine(isolation),
    `stampede: ${stampede.scans} scans of one new code, ${stampede.answered} passed${stampede.others === '' ? '' : `, ${stampede.others}`}, ` +
      `${stampede.upstreamCalls} questions to the province by ${stampede.gateways} gateways`,
    `surge: ${surge.scans} scans (${Math.round(surge.perSecond)} a second), ${percent(surge.shed, surge.scans)} shed, ` +
      (surge.recoveredMs === null ? 'no recovery seen' : `recovered ${Math.round(surge.recoveredMs)} ms after its end`),
    ...(resources === null
      ? []
      : [`most that one gateway held: ${resources.sockets} sockets, ${resources.memoryMb} MB of memory`]),
    `leaks: ${result.leaks.length === 0 ? 'none' : result.leaks.join('; ')}`,
    `invariant violations: ${result.violations.length}`,
    ...summary(result.violations),
    ...result.faults.map((fault) => `  fault: ${fault}`),
    '',
  ].join('\n');
}

/** Answered scans of all, as the table counts them: a signed answer or a refusal by the code's own fault. */
export function answeredOf({ scans, failures }: Tally): number {
  return scans - [...failures.values()].reduce((sum, n) => sum + n, 0);
}

function isolationLine(turns: readonly IsolationTurn[]): string {
  const each = turns.map(({ healthyMs, hungMs }) => `${hungMs.toFixed(1)}/${healthyMs.toFixed(1)}`).join(', ');
  return (
    `one province hung: p99 of the others ${heldUpBy(turns).toFixed(2)} of what it is when none is, in the middle one of ${turns.length} turns ` +
    `(at most ${MOST_HELD_UP} here; 1.1 is judged by the benchmark's hung/healthy-p99): ${each} ms`
  );
}

/** The value below which so large a share of them lies; 0 of none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

function rowOf(name: string, tally: Tally): string[] {
  const at = (share: number) => String(Math.round(percentileOf(tally.tookMs, share)));
  const failures = [...tally.failures].map(([code, n]) => `${code} ${n}`).join(', ');
  const answered = percent(answeredOf(tally), tally.scans);
  return [
    name,
    String(tally.scans),
    answered,
    String(tally.stale),
    String(tally.referred),
    at(0.5),
    at(0.99),
    failures,
  ];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function summary(violations: readonly Violation[]): string[] {
  const kinds = Map.groupBy(violations, ({ during, what, province }) => `${what} (${province}, while ${during})`);
  return [...kinds].map(([kind, found]) => `  ${found.length} x ${kind}`);
}
