import { type ProvinceCode, REASONS, type ReasonCode, type VenueKind } from '../../schemas/code-lists/index.ts';
import type { CoverageCell, CoverageTotals } from '../../schemas/coverage.ts';
import { type CoverageGroup, UNRECOGNISED } from '../../schemas/coverage-report.ts';
import { type ProblemCode, problemCodeSchema } from '../../schemas/problem.ts';
import type { StatementOutcome } from '../../schemas/statement-exchange.ts';
import { type Decision, decisionSchema, type Status, statusSchema } from '../../schemas/status.ts';
import { latencyClass, latencyQuantiles } from './latency-sketch.ts';
import type { Tally } from './tally.ts';

/** Where and when something was counted: no code, no handle, no venue but its kind. */
interface Counted {
  readonly destination: ProvinceCode;
  readonly venueKind: VenueKind;
  readonly atMs: number;
}

/** One answered verification, as far as coverage cares. `cell` names the cell of the policy that it reached, if any. */
export interface CountedAnswer extends Counted {
  readonly issuer: ProvinceCode;
  readonly status: Status;
  readonly decision: Decision;
  readonly stale: boolean;
  readonly reasons: readonly ReasonCode[];
  readonly cell: string | null;
  readonly tookMs: number;
}

/** One scan that got a problem. `issuer`: null where no province was recognised. */
export interface CountedRefusal extends Counted {
  readonly issuer: ProvinceCode | null;
  readonly problem: ProblemCode;
}

/** One answer of an issuer's node. */
export interface CountedStatement extends Pick<CountedAnswer, 'issuer' | 'destination' | 'atMs'> {
  readonly outcome: StatementOutcome['outcome'];
}

/** One issuer at one kind of venue of one destination: what was counted there is shown together or not at all. */
export type GroupName = Omit<CoverageGroup, 'counts'>;

/** In place of a kind of venue: all of them together. */
export const ANY_KIND = 'any';

/** In place of a kind of venue: certificates of issuers of one country. */
export type FromCountry = `from:${string}`;

/** A group as it is kept: what was counted of each country's certificates is shown, or not, by itself. */
export interface KeptGroup extends Omit<CoverageGroup, 'venue_kind'> {
  readonly venue_kind: CoverageGroup['venue_kind'] | FromCountry;
}

/** Sums of a group, or of all kinds of venues of one issuer at one destination. */
export interface SummedGroup extends Omit<GroupName, 'venue_kind'> {
  readonly venue_kind: KeptGroup['venue_kind'] | typeof ANY_KIND;
  readonly tally: Tally;
}

/** What was counted in one minute since 1970. */
export interface MinuteGroups {
  readonly minute: number;
  readonly groups: readonly CoverageGroup[];
}

/** The counters that one answer adds one to. */
export function countersOf({ status, decision, stale, reasons, cell, tookMs }: CountedAnswer): string[] {
  const counters = [`answer:${status}:${decision}:${stale ? 'stale' : 'live'}`, `ms:${latencyClass(tookMs)}`];
  for (const reason of reasons) counters.push(`reason:${reason}`);
  if (cell !== null) counters.push(`cell:${cell}`);
  return counters;
}

/** Which groups are looked at; a member that is not there takes all. */
export interface CoverageFilter {
  readonly issuer?: ProvinceCode | undefined;
  readonly destination?: ProvinceCode | undefined;
  readonly venueKind?: VenueKind | undefined;
}

export function isWithin(filter: CoverageFilter, group: GroupName): boolean {
  return (
    (filter.issuer ?? group.issuer) === group.issuer &&
    (filter.destination ?? group.destination) === group.destination &&
    (filter.venueKind ?? group.venue_kind) === group.venue_kind
  );
}

/** A cell without how long it took. */
export type CountedCell = Omit<CoverageCell, 'p50_ms' | 'p95_ms'>;

/** Cells of groups of which each issuer has one at each destination, issuer by issuer. A counter that is no longer known is left out. */
export function cellsOf(groups: Iterable<SummedGroup>): CoverageCell[] {
  const cells: CoverageCell[] = [];
  for (const { issuer, destination, tally } of groups) {
    const { reasons, ...totals } = countedIn(tally);
    if (issuer === UNRECOGNISED || totals.presented === 0) continue;
    const [p50_ms = 0, p95_ms = 0] = latencyQuantiles(tally.latency, [0.5, 0.95]);
    cells.push({ issuer, destination, ...totals, reasons, p50_ms, p95_ms });
  }
  return cells.sort((a, b) => (a.issuer + a.destination < b.issuer + b.destination ? -1 : 1));
}

/** How many scans were refused, by problem. A cell has no place for them: some have no issuer. */
export function refusedOf(groups: Iterable<SummedGroup>): Partial<Record<ProblemCode, number>> {
  const refused: Partial<Record<ProblemCode, number>> = {};
  for (const { tally } of groups) {
    for (const [counter, n] of tally.named) {
      const problem = counter.startsWith(REFUSED) ? counter.slice(REFUSED.length) : null;
      if (isProblem(problem)) refused[problem] = (refused[problem] ?? 0) + n;
    }
  }
  return refused;
}

const REFUSED = 'refused:';
const REASON = 'reason:';
const PROBLEMS: ReadonlySet<string> = problemCodeSchema.values;
const TOTAL_OF_DECISION = { pass: 'recognised', restrict: 'restricted', refer: 'referred' } as const satisfies Record<
  Decision,
  keyof CoverageTotals
>;

/** What a counter of answers counts. A green that was presented and passed is recognised; nothing else ever passes. */
export const ANSWERS: ReadonlyMap<string, readonly (keyof CoverageTotals)[]> = new Map(
  statusSchema.options.flatMap((status) =>
    decisionSchema.options.flatMap((decision) =>
      // What no gateway may answer is counted nowhere: with more recognised than green there would be no rate.
      (decision === 'pass' && status !== 'green' ? [] : (['live', 'stale'] as const)).map((age) => {
        const members: (keyof CoverageTotals)[] = ['presented', TOTAL_OF_DECISION[decision]];
        if (status === 'green' || status === 'indeterminate') members.push(status);
        if (age === 'stale') members.push('stale');
        return [`answer:${status}:${decision}:${age}`, members] as const;
      }),
    ),
  ),
);

/** The totals and reasons among counters. */
export function countedIn({ named }: Tally): CoverageTotals & Pick<CoverageCell, 'reasons'> {
  const counted: { -readonly [K in keyof CoverageTotals]: number } & Pick<CoverageCell, 'reasons'> = {
    ...{ presented: 0, green: 0, recognised: 0, restricted: 0, referred: 0, indeterminate: 0, stale: 0, reasons: {} },
  };
  for (const [counter, n] of named) {
    for (const member of ANSWERS.get(counter) ?? []) counted[member] += n;
    const reason = counter.startsWith(REASON) ? counter.slice(REASON.length) : null;
    if (isReason(reason)) counted.reasons[reason] = (counted.reasons[reason] ?? 0) + n;
  }
  return counted;
}

function isReason(text: string | null): text is ReasonCode {
  return text !== null && Object.hasOwn(REASONS, text);
}

function isProblem(text: string | null): text is ProblemCode {
  return text !== null && PROBLEMS.has(text);
}
