import type { Tally, Violation } from './venue-load.ts';

export interface ChaosResult {
  readonly seed: number;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly violations: readonly Violation[];
  /** Where our own code broke, as the gateways' logs have it. */
  readonly faults: readonly string[];
  /** Places where something that must not be kept was found, and what kind of thing it was. */
  readonly leaks: readonly string[];
  readonly invalidation: Invalidations;
  readonly stampede: Stampede;
  readonly surge: Surge;
}

/** Events of the whole run; and of those sent while nothing was wrong, how many effects took at most 100 ms. */
export interface Invalidations {
  readonly pushed: number;
  readonly accepted: number;
  readonly effects: number;
  readonly within100Ms: number;
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
  readonly shed: number;
  readonly recoveredMs: number | null;
}

/** The run as a table for people, worst news last so that it is on the screen. */
export function reportOf(result: ChaosResult): string {
  const rows = [...result.tallies].map(([name, tally]) => rowOf(name, tally));
  const head = ['while', 'scans', 'answered', 'stale', 'refer', 'p50 ms', 'p99 ms', 'not answered'];
  const { invalidation, stampede, surge } = result;
  const effects = `with nothing wrong ${invalidation.within100Ms} of ${invalidation.effects} effects within 100 ms`;
  return [
    `seed ${result.seed}`,
    table([head, ...rows]),
    `invalidation: ${invalidation.accepted} of ${invalidation.pushed} events accepted, ${effects}`,
    `stampede: ${stampede.scans} scans of one new code, ${stampede.answered} passed${stampede.others === '' ? '' : `, ${stampede.others}`}, ` +
      `${stampede.upstreamCalls} questions to the province by ${stampede.gateways} gateways`,
    `surge: ${surge.scans} scans, ${percent(surge.shed, surge.scans)} shed, ` +
      (surge.recoveredMs === null ? 'no recovery seen' : `recovered ${Math.round(surge.recoveredMs)} ms after its end`),
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

function rowOf(name: string, tally: Tally): string[] {
  const sorted = [...tally.tookMs].sort((a, b) => a - b);
  const at = (share: number) => String(Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0));
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
