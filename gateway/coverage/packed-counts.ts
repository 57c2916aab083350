/** Counters of a group by their names. */
export type Counts = Readonly<Record<string, number>>;

/**
 * More than a whole country counts of anything in the 30 days that are shown, at 100,000 scans a second; as many of these as
 * there are groups are still added up exactly.
 */
export const MOST_COUNTED = 2 ** 38;

/**
 * Two counts together, as far as anybody can have counted. The threat is a node that reports what nobody counts: a sum that is
 * no whole number any more could not be read again, and neither could those of all others beside it.
 */
export function summed(one: number, other: number): number {
  return Math.min(MOST_COUNTED, one + other);
}

/** Counters as they stand in a store: one JSON text; null for anything else. */
export function readCounts(text: unknown): Counts | null {
  if (typeof text !== 'string') return null;
  try {
    const document: unknown = JSON.parse(text);
    return isCounts(document) ? document : null;
  } catch {
    return null;
  }
}

/** By hand: a window is made of tens of thousands of these. */
export function isCounts(document: unknown): document is Counts {
  return typeof document === 'object' && document !== null && Object.values(document).every(Number.isSafeInteger);
}

const SCANS = ['answer:', 'refused:', 'stated:', 'from:'] as const;

/** How many scans, statements of an issuer, or certificates of a country there are among them. */
export function scansIn(counts: Counts): number {
  let scans = 0;
  for (const counter in counts) if (SCANS.some((kind) => counter.startsWith(kind))) scans += counts[counter] ?? 0;
  return scans;
}

/** The columns that tell rows of a table apart. */
export type RowName = object;

interface Merged<Name extends RowName> {
  readonly name: Name;
  /** As they were given until something is added to them: most never are. */
  counts: Counts;
  minute: number;
}

/** Counts that are added up row by row before any of them is written: `key` are the columns of a name, in their order. */
export class Merging<Name extends RowName> {
  readonly #key: readonly (keyof Name & string)[];
  readonly #rows = new Map<string, Merged<Name>>();

  constructor(key: readonly (keyof Name & string)[]) {
    this.#key = key;
  }

  /** `minute`: of what is added; a row is of the newest. */
  add(name: Name, counts: Counts, minute: number): void {
    const key = this.#key.map((column) => name[column]).join(' ');
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { name, counts, minute });
    else addTo(known, counts, minute);
  }

  /** Adds what is kept of a row that is here. */
  addKept(key: string, counts: Counts, minute: number): void {
    const known = this.#rows.get(key);
    if (known !== undefined) addTo(known, counts, minute);
  }

  /** The names alone, as JSON. */
  names(): string {
    return JSON.stringify([...this.#rows.values()].map(({ name }) => name));
  }

  /** Whole rows, as JSON. */
  rows(): string {
    return JSON.stringify(
      [...this.#rows.values()].map(({ name, counts, minute }) => ({
        ...name,
        minute,
        counts: JSON.stringify(counts),
      })),
    );
  }

  all(): { readonly name: Name; readonly counts: Counts; readonly minute: number }[] {
    return [...this.#rows.values()];
  }

  get size(): number {
    return this.#rows.size;
  }
}

function addTo(merged: Merged<RowName>, counts: Counts, minute: number): void {
  const sums: Record<string, number> = { ...merged.counts };
  for (const counter in counts) sums[counter] = summed(sums[counter] ?? 0, counts[counter] ?? 0);
  merged.counts = sums;
  merged.minute = Math.max(merged.minute, minute);
}
