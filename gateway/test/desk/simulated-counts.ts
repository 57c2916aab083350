import { keysOf, type ProvinceCode, VENUE_KINDS, type VenueKind } from '../../../schemas/code-lists/index.ts';
import type { CoverageGroup } from '../../../schemas/coverage-report.ts';
import { CoverageCounter } from '../../coverage/coverage-counter.ts';
import { EVERY_PROVINCE } from './national-side.ts';

const KINDS: readonly VenueKind[] = keysOf(VENUE_KINDS).filter((kind) => VENUE_KINDS[kind].special);
const CELL = 'province-signed/live/fresh/-/-';

/** One lot of scans at one gateway, made once and reported again and again, with how long each took. */
export interface Lot {
  readonly groups: readonly CoverageGroup[];
  readonly scans: number;
  /** Of the scans from the watched issuer. */
  readonly watchedMs: readonly number[];
}

/** The pair of which every single time is kept. */
export const WATCHED: { readonly issuer: ProvinceCode; readonly destination: ProvinceCode } = {
  issuer: '410000',
  destination: '440000',
};

/**
 * Draws what a gateway counted: travellers of every other province at every kind of venue where any may be checked, more
 * of the large provinces than of the small, most of them green, and times of one to some hundred milliseconds.
 */
export function lotAt(destination: ProvinceCode, scans: number, random: () => number): Lot {
  const issuers = EVERY_PROVINCE.filter((issuer) => issuer !== destination);
  const counter = new CoverageCounter();
  const watchedMs: number[] = [];
  for (let n = 0; n < scans; n += 1) {
    // Squared: the last of them has a hundredth of what the first has.
    const issuer = issuers[Math.floor(random() ** 2 * issuers.length)] ?? WATCHED.issuer;
    const venueKind = KINDS[Math.floor(random() * KINDS.length)] ?? 'hospital';
    const tookMs = 1.5 * Math.exp(1.2 * normal(random)) + (random() < 0.3 ? 15 * Math.exp(0.6 * normal(random)) : 0);
    counter.count({ issuer, destination, venueKind, atMs: 0, tookMs, ...outcomeOf(random()) });
    if (issuer === WATCHED.issuer && destination === WATCHED.destination) watchedMs.push(tookMs);
  }
  const groups = counter.take().flatMap((minute) => minute.groups);
  return { groups, scans, watchedMs };
}

function outcomeOf(drawn: number) {
  const answered = { stale: false } as const;
  if (drawn < 0.9)
    return { ...answered, status: 'green', decision: 'pass', reasons: ['ok'], cell: `green/signed/${CELL}` } as const;
  if (drawn < 0.94) {
    return { ...answered, status: 'green', decision: 'refer', reasons: ['too_old'], cell: null } as const;
  }
  if (drawn < 0.965) {
    return {
      ...answered,
      status: 'yellow',
      decision: 'restrict',
      reasons: ['yellow_ground'],
      cell: `yellow/signed/${CELL}`,
    } as const;
  }
  if (drawn < 0.98) {
    return {
      ...answered,
      status: 'red',
      decision: 'restrict',
      reasons: ['red_ground'],
      cell: `red/signed/${CELL}`,
    } as const;
  }
  return { ...answered, status: 'indeterminate', decision: 'refer', reasons: ['unsubstantiated'], cell: null } as const;
}

/** Box and Muller, 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What an issuer counted: what it told gateways of every other province. */
export function statedBy(issuer: ProvinceCode, statements: number): CoverageGroup[] {
  const others = EVERY_PROVINCE.filter((destination) => destination !== issuer);
  const each = Math.max(1, Math.round(statements / others.length));
  return others.map((destination) => ({
    ...{ issuer, destination, venue_kind: 'untold' },
    counts: { 'stated:statement': each },
  }));
}
