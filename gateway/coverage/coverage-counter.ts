import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type CoverageGroup, UNRECOGNISED, UNTOLD } from '../../schemas/coverage-report.ts';
import { type CountedCertificate, certificateCounter } from './certificate-countries.ts';
import {
  type CountedAnswer,
  type CountedRefusal,
  type CountedStatement,
  countersOf,
  type GroupName,
  type MinuteGroups,
} from './coverage-groups.ts';

export const MINUTE_MS = 60_000;

interface Counting extends GroupName {
  readonly counts: Map<string, number>;
}

/** Counts in this process's memory, in one-minute classes, until somebody takes the counts away. */
export class CoverageCounter {
  #minutes = new Map<number, Map<string, Counting>>();

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

  /** A certificate that was decided here. */
  certify(certificate: CountedCertificate): void {
    const { issuer, destination, atMs } = certificate;
    const { counts } = this.#groupAt(atMs, issuer, { destination, venueKind: UNTOLD });
    const counter = certificateCounter(certificate);
    counts.set(counter, (counts.get(counter) ?? 0) + 1);
  }

  /** What has been counted since it was last taken. */
  pending(): MinuteGroups[] {
    return [...this.#minutes].map(([minute, groups]) => ({ minute, groups: [...groups.values()].map(groupOf) }));
  }

  take(): MinuteGroups[] {
    const taken = this.pending();
    this.#minutes = new Map();
    return taken;
  }

  #groupAt(
    atMs: number,
    issuer: GroupName['issuer'],
    { destination, venueKind }: { readonly destination: ProvinceCode; readonly venueKind: GroupName['venue_kind'] },
  ): Counting {
    const minute = Math.floor(atMs / MINUTE_MS);
    const groups = this.#minutes.get(minute) ?? new Map<string, Counting>();
    this.#minutes.set(minute, groups);
    const name = `${issuer}${destination}${venueKind}`;
    const known = groups.get(name);
    if (known !== undefined) return known;
    const made = { issuer, destination, venue_kind: venueKind, counts: new Map<string, number>() };
    groups.set(name, made);
    return made;
  }
}

function groupOf({ counts, ...name }: Counting): CoverageGroup {
  return { ...name, counts: Object.fromEntries(counts) };
}
