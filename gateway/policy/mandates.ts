import type { Purpose, VenueKind } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';

type Term = { readonly mandate: Mandate; readonly fromMs: number; readonly untilMs: number };

/** Mandates arranged for look-up. Build it once for each change of the mandates, not for each request. */
export type MandateIndex = {
  readonly byRegion: ReadonlyMap<string, ReadonlyMap<string, readonly Term[]>>;
  readonly terms: readonly Term[];
};

/** `region`: the venue's GB/T 2260 division, 6 digits. */
export type CheckQuery = {
  readonly region: string;
  readonly venueKind: VenueKind;
  readonly purpose: Purpose;
  readonly nowMs: number;
};

/** Arranges mandates by region prefix. A superseded mandate ends when its successor starts. */
export function indexMandates(mandates: readonly Mandate[]): MandateIndex {
  const terms = mandates.map((mandate) => termOf(mandate, mandates)).sort(byLatestEnd);
  const byRegion = new Map<string, Map<string, Term[]>>();
  for (const term of terms) {
    for (const region of new Set(term.mandate.regions)) addToRegion(byRegion, region, term);
  }
  return { byRegion, terms };
}

/**
 * The mandate that allows this check here and now, or null: then the code must not even be looked at. The narrowest
 * region wins, then the mandate that runs longest. At most three look-ups, however many mandates there are.
 */
export function permitCheck(mandates: MandateIndex, query: CheckQuery): Mandate | null {
  const { region, nowMs } = query;
  const key = checkKey(query.venueKind, query.purpose);
  for (const digits of [6, 4, 2]) {
    const terms = mandates.byRegion.get(region.slice(0, digits))?.get(key) ?? [];
    for (const term of terms) {
      if (isInForce(term, nowMs) && coversEverybody(term.mandate)) return term.mandate;
    }
  }
  return null;
}

/**
 * What readiness has to know: the mandates in force, when the last of them (or of those to come) ends, and when the
 * next one starts if none is in force.
 */
export type MandateCoverage = {
  readonly state: 'active' | 'upcoming' | 'lapsed' | 'none';
  readonly active: readonly string[];
  readonly lastEndsMs: number | null;
  readonly nextStartsMs: number | null;
};

export function mandateCoverage(mandates: MandateIndex, nowMs: number): MandateCoverage {
  const active = mandates.terms.filter((term) => isInForce(term, nowMs)).map((term) => term.mandate.id);
  const starts = mandates.terms.filter((term) => term.fromMs > nowMs && term.untilMs > term.fromMs);
  const nextStartsMs = starts.length === 0 ? null : Math.min(...starts.map((term) => term.fromMs));
  const lastEndsMs = lastMandateEndsMs(mandates);
  if (active.length > 0) return { state: 'active', active, lastEndsMs, nextStartsMs };
  if (nextStartsMs !== null) return { state: 'upcoming', active, lastEndsMs, nextStartsMs };
  return { state: lastEndsMs === null ? 'none' : 'lapsed', active, lastEndsMs, nextStartsMs };
}

/** Whether the mandate of this name is in force: one that was revoked or superseded is not. */
export function mandateStands({ terms }: MandateIndex, id: string, nowMs: number): boolean {
  return terms.some((term) => term.mandate.id === id && isInForce(term, nowMs));
}

/** When the last mandate known ends (or ended), in ms since 1970; null if there never was one. */
export function lastMandateEndsMs(mandates: MandateIndex): number | null {
  return mandates.terms[0]?.untilMs ?? null;
}

function termOf(mandate: Mandate, all: readonly Mandate[]): Term {
  const successors = all.filter((other) => other.supersedes === mandate.id);
  const ends = [mandate.valid_until, ...successors.map((successor) => successor.valid_from)].map((at) =>
    Date.parse(at),
  );
  return { mandate, fromMs: Date.parse(mandate.valid_from), untilMs: Math.min(...ends) };
}

function addToRegion(byRegion: Map<string, Map<string, Term[]>>, region: string, term: Term): void {
  const here = byRegion.get(region) ?? new Map<string, Term[]>();
  byRegion.set(region, here);
  for (const kind of new Set(term.mandate.venue_kinds)) {
    for (const purpose of new Set(term.mandate.purposes)) {
      const key = checkKey(kind, purpose);
      here.set(key, [...(here.get(key) ?? []), term]);
    }
  }
}

function checkKey(kind: VenueKind, purpose: Purpose): string {
  return `${kind}|${purpose}`;
}

function byLatestEnd(a: Term, b: Term): number {
  return b.untilMs - a.untilMs || (a.mandate.id < b.mandate.id ? -1 : 1);
}

function isInForce({ fromMs, untilMs }: Term, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}

/** No scan says whom the venue has before it, so that a mandate for special people alone permits nothing. */
function coversEverybody({ holder_classes }: Mandate): boolean {
  return holder_classes.includes('any_traveller');
}
