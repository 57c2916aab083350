import { z } from 'zod';
import { coverageGroupSchema, UNRECOGNISED } from '../../schemas/coverage-report.ts';
import { ANY_KIND, type SummedGroup } from './coverage-groups.ts';
import type { SumsWish, TimedTally } from './coverage-store.ts';
import { unpackGroups } from './packed-groups.ts';
import { Tally } from './tally.ts';

type SummedName = Omit<SummedGroup, 'tally'>;
const nameSchema = z.object({
  destination: coverageGroupSchema.shape.destination,
  issuer: coverageGroupSchema.shape.issuer,
  venue_kind: z.union([coverageGroupSchema.shape.venue_kind, z.literal(ANY_KIND)]),
});
/** Each name is read once: there are as many as groups. */
const names = new Map<string, SummedName>();

/** Rows that are added up: group by group, or everybody's in stretches of `perMinutes`. */
export interface Summing {
  /** Throws RangeError for bytes that are no packed groups. */
  readonly add: (minute: number, packed: Uint8Array) => void;
}

/** Adds up group by group what a wish asks for. */
export class GroupSums implements Summing {
  readonly #wish: SumsWish;
  readonly #sums = new Map<string, SummedGroup>();

  constructor(wish: SumsWish) {
    this.#wish = wish;
  }

  add(_minute: number, packed: Uint8Array): void {
    unpackGroups(packed, (destination, issuer, venueKind) => {
      const name = nameOf(destination, issuer, venueKind);
      return isWished(this.#wish, name) ? this.#tallyOf(name) : null;
    });
  }

  /** With what was added up before, which stays as it is. */
  with(before: GroupSums): SummedGroup[] {
    for (const [key, { tally }] of this.#sums) {
      const earlier = before.#sums.get(key);
      if (earlier !== undefined) tally.addAll(earlier.tally);
    }
    const untouched = [...before.#sums].filter(([key]) => !this.#sums.has(key)).map(([, group]) => group);
    return [...untouched, ...this.#sums.values()];
  }

  #tallyOf(name: SummedName): Tally {
    const key = keyOf(name.destination, name.issuer, name.venue_kind);
    const known = this.#sums.get(key);
    if (known !== undefined) return known.tally;
    const made = { ...name, tally: new Tally() };
    this.#sums.set(key, made);
    return made.tally;
  }
}

/** Adds up everybody's scans of a recognised province, stretch by stretch. */
export class TimeSums implements Summing {
  readonly #wish: SumsWish;
  readonly #perMinutes: number;
  readonly #sums = new Map<number, Tally>();

  constructor(wish: SumsWish, perMinutes: number) {
    this.#wish = wish;
    this.#perMinutes = perMinutes;
  }

  add(minute: number, packed: Uint8Array): void {
    const tally = this.#tallyAt(minute - (minute % this.#perMinutes));
    unpackGroups(packed, (destination, issuer, venueKind) => {
      const name = nameOf(destination, issuer, venueKind);
      return name.issuer !== UNRECOGNISED && isWished(this.#wish, name) ? tally : null;
    });
  }

  /** With what was added up before, which stays as it is; in order of time. */
  with(before: TimeSums): TimedTally[] {
    for (const [minute, tally] of before.#sums) {
      const here = this.#sums.get(minute);
      if (here === undefined) this.#sums.set(minute, tally);
      else here.addAll(tally);
    }
    const inOrder = [...this.#sums].sort(([a], [b]) => a - b);
    return inOrder.filter(([, tally]) => tally.named.size > 0).map(([minute, tally]) => ({ minute, tally }));
  }

  #tallyAt(minute: number): Tally {
    const known = this.#sums.get(minute);
    if (known !== undefined) return known;
    const made = new Tally();
    this.#sums.set(minute, made);
    return made;
  }
}

function isWished({ venueKind, issuer, destination }: SumsWish, name: SummedName): boolean {
  return (
    (venueKind === 'each' ? name.venue_kind !== ANY_KIND : name.venue_kind === venueKind) &&
    (issuer ?? name.issuer) === name.issuer &&
    (destination ?? name.destination) === name.destination
  );
}

function keyOf(destination: string, issuer: string, venueKind: string): string {
  return `${destination} ${issuer} ${venueKind}`;
}

/** Throws RangeError for a name that no group has. */
function nameOf(destination: string, issuer: string, venueKind: string): SummedName {
  const key = keyOf(destination, issuer, venueKind);
  const known = names.get(key);
  if (known !== undefined) return known;
  const read = nameSchema.safeParse({ destination, issuer, venue_kind: venueKind });
  if (!read.success) throw new RangeError('no group has that name', { cause: read.error });
  names.set(key, read.data);
  return read.data;
}
