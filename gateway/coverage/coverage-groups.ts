import { z } from 'zod';
import { type ProvinceCode, REASONS, type ReasonCode, type VenueKind } from '../../schemas/code-lists/index.ts';
import type { CoverageCell } from '../../schemas/coverage.ts';
import { type CoverageGroup, UNRECOGNISED } from '../../schemas/coverage-report.ts';
import { type ProblemCode, problemCodeSchema } from '../../schemas/problem.ts';
import type { StatementOutcome } from '../../schemas/statement-exchange.ts';
import { type Decision, decisionSchema, type Status, statusSchema } from '../../schemas/status.ts';
import { latencyClass, latencyQuantiles } from './latency-sketch.ts';

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

/** Sums of a group, or of all kinds of venues of one issuer at one destination. */
export interface SummedGroup extends Omit<CoverageGroup, 'venue_kind'> {
  readonly venue_kind: CoverageGroup['venue_kind'] | typeof ANY_KIND;
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

/** Cells from any number of groups, issuer by issuer. A counter that is no longer known is left out. */
export function cellsOf(groups: Iterable<SummedGroup>): CoverageCell[] {
  return sumsIn(groups, true).map((sums) => sums.cell());
}

/** The same for whoever does not ask how long it took. */
export function countedCells(groups: Iterable<SummedGroup>): CountedCell[] {
  return sumsIn(groups, false).map(({ counted }) => counted);
}

function sumsIn(groups: Iterable<SummedGroup>, withLatency: boolean): CellSums[] {
  const sums = new Map<string, CellSums>();
  for (const { issuer, destination, counts } of groups) {
    if (issuer === UNRECOGNISED) continue;
    const name = `${issuer}${destination}`;
    const known = sums.get(name) ?? new CellSums(issuer, destination);
    sums.set(name, known);
    for (const counter in counts) {
      if (withLatency || !counter.startsWith(LATENCY)) known.add(counter, counts[counter] ?? 0);
    }
  }
  const named = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return named.filter(({ counted }) => counted.presented > 0);
}

/** How many scans were refused, by problem. A cell has no place for them: some have no issuer. */
export function refusedOf(groups: Iterable<SummedGroup>): Partial<Record<ProblemCode, number>> {
  const refused: Partial<Record<ProblemCode, number>> = {};
  for (const { counts } of groups) {
    for (const counter in counts) {
      if (!counter.startsWith(REFUSED)) continue;
      const code = problemCodeSchema.safeParse(counter.slice(REFUSED.length));
      if (code.success) refused[code.data] = (refused[code.data] ?? 0) + (counts[counter] ?? 0);
    }
  }
  return refused;
}

const REFUSED = 'refused:';
const LATENCY = 'ms:';
const answerSchema = z.tuple([statusSchema, decisionSchema, z.enum(['live', 'stale'])]);

/** What the groups of one issuer at one destination add up to. */
class CellSums {
  readonly #sums: { -readonly [K in keyof CountedCell]: CountedCell[K] };
  readonly #latency = new Map<number, number>();

  constructor(issuer: ProvinceCode, destination: ProvinceCode) {
    const none = { presented: 0, green: 0, recognised: 0, restricted: 0, referred: 0, indeterminate: 0, stale: 0 };
    this.#sums = { issuer, destination, ...none, reasons: {} };
  }

  add(counter: string, n: number): void {
    const colon = counter.indexOf(':');
    const detail = counter.slice(colon + 1);
    switch (counter.slice(0, colon)) {
      case 'ms':
        this.#latency.set(Number(detail), (this.#latency.get(Number(detail)) ?? 0) + n);
        break;
      case 'answer':
        this.#addAnswers(detail.split(':'), n);
        break;
      case 'reason':
        if (isReason(detail)) this.#sums.reasons[detail] = (this.#sums.reasons[detail] ?? 0) + n;
        break;
    }
  }

  get counted(): CountedCell {
    return this.#sums;
  }

  cell(): CoverageCell {
    const [p50_ms = 0, p95_ms = 0] = latencyQuantiles(this.#latency, [0.5, 0.95]);
    return { ...this.#sums, p50_ms, p95_ms };
  }

  #addAnswers(details: readonly string[], n: number): void {
    const parsed = answerSchema.safeParse(details);
    if (!parsed.success) return;
    const [status, decision, age] = parsed.data;
    const sums = this.#sums;
    sums.presented += n;
    if (status === 'green') sums.green += n;
    if (status === 'indeterminate') sums.indeterminate += n;
    // A green that was presented and passed; nothing else ever passes.
    if (decision === 'pass') sums.recognised += n;
    if (decision === 'restrict') sums.restricted += n;
    if (decision === 'refer') sums.referred += n;
    if (age === 'stale') sums.stale += n;
  }
}

function isReason(text: string): text is ReasonCode {
  return Object.hasOwn(REASONS, text);
}
