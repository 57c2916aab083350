import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type CoverageRow, UNRECOGNISED, UNTOLD } from '../../schemas/coverage-report.ts';
import {
  type CountedAnswer,
  type CountedRefusal,
  type CountedStatement,
  type CoverageGroup,
  countersOf,
  type MinuteRows,
} from './coverage-rows.ts';

export const MINUTE_MS = 60_000;

interface Group extends CoverageGroup {
  readonly counts: Map<string, number>;
}

/** Counts in this process's memory, in one-minute classes, until somebody takes the counts away. */
export class CoverageCounter {
  #minutes = new Map<number, Map<string, Group>>();

  count(answer: CountedAnswer): void {
    const { counts } = this.#groupAt(answer.atMs, answer.issuer, answer);
    for (const counter of countersOf(answer)) counts.set(counter, (counts.get(counter) ?? 0) + 1);
  }

  /** A scan that was not answered. */
  refuse(refusal: CountedRefusal): void {
    const { counts } = this.#groupAt(refusal.atMs, refusal.issuer ?? UNRECOGNISED, refusal);
    const counter = `refused:${refusal.problem}`;
    counts.set(counter, (counts.get(counter) ?? 0) + 1);
  }

  /** What an issuer told a gateway of that destination. */
  state({ issuer, destination, outcome, atMs }: CountedStatement): void {
    const { counts } = this.#groupAt(atMs, issuer, { destination, venueKind: UNTOLD });
    const counter = `stated:${outcome}`;
    counts.set(counter, (counts.get(counter) ?? 0) + 1);
  }

  /** What has been counted since it was last taken. */
  pending(): MinuteRows[] {
    return [...this.#minutes].map(([minute, groups]) => ({ minute, rows: [...groups.values()].flatMap(rowsOf) }));
  }

  take(): MinuteRows[] {
    const taken = this.pending();
    this.#minutes = new Map();
    return taken;
  }

  #groupAt(
    atMs: number,
    issuer: CoverageGroup['issuer'],
    { destination, venueKind }: { readonly destination: ProvinceCode; readonly venueKind: CoverageGroup['venue_kind'] },
  ): Group {
    const minute = Math.floor(atMs / MINUTE_MS);
    const groups = this.#minutes.get(minute) ?? new Map<string, Group>();
    this.#minutes.set(minute, groups);
    const name = `${issuer}${destination}${venueKind}`;
    const known = groups.get(name);
    if (known !== undefined) return known;
    const made = { issuer, destination, venue_kind: venueKind, counts: new Map<string, number>() };
    groups.set(name, made);
    return made;
  }
}

function rowsOf({ counts, ...group }: Group): CoverageRow[] {
  return [...counts].map(([counter, n]) => ({ ...group, counter, n }));
}
