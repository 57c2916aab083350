import { LATENCY_CLASSES } from './latency-sketch.ts';
import { type Counts, summed } from './packed-counts.ts';

const LATENCY = 'ms:';

/** Counters of a group that are added up: those with a name of their own, and how many scans took how long, by class. */
export class Tally {
  readonly #named = new Map<string, number>();
  #latency: Float64Array | null = null;

  /** By their names, without those of latency. */
  get named(): ReadonlyMap<string, number> {
    return this.#named;
  }

  /** Scans in each class of latency; null where nothing was timed. */
  get latency(): Readonly<Float64Array> | null {
    return this.#latency;
  }

  add(counter: string, n: number): void {
    this.#named.set(counter, summed(this.#named.get(counter) ?? 0, n));
  }

  /** `rank`: a class of latency, below LATENCY_CLASSES. */
  addLatency(rank: number, n: number): void {
    this.#latency ??= new Float64Array(LATENCY_CLASSES);
    this.#latency[rank] = summed(this.#latency[rank] ?? 0, n);
  }

  addCounts(counts: Counts): void {
    for (const counter in counts) {
      const rank = rankIn(counter);
      if (rank === null) this.add(counter, counts[counter] ?? 0);
      else this.addLatency(rank, counts[counter] ?? 0);
    }
  }

  addAll(other: Tally): void {
    for (const [counter, n] of other.#named) this.add(counter, n);
    other.#latency?.forEach((n, rank) => {
      if (n > 0) this.addLatency(rank, n);
    });
  }

  /** All of them by name, as in a report. */
  counts(): Counts {
    const counts = Object.fromEntries(this.#named);
    this.#latency?.forEach((n, rank) => {
      if (n > 0) counts[`${LATENCY}${rank}`] = n;
    });
    return counts;
  }
}

/** Null for any other counter, one of no class that there is among them. */
function rankIn(counter: string): number | null {
  if (!counter.startsWith(LATENCY)) return null;
  const rank = Number(counter.slice(LATENCY.length));
  return Number.isInteger(rank) && rank >= 0 && rank < LATENCY_CLASSES ? rank : null;
}
