/** Each class reaches this much further than the one before it. */
const GROWTH = 1.1;
/** What the first class reaches, in milliseconds. */
const LEAST_MS = 0.1;
/** A day: what takes longer is counted as that. */
const LAST_CLASS = classOf(86_400_000);
/** How many classes there are, numbered from 0. */
export const LATENCY_CLASSES = LAST_CLASS + 1;

/** How far a quantile may be from the true one, as a share of it, between `LEAST_MS` and a day. */
export const SKETCH_ERROR = (GROWTH - 1) / (GROWTH + 1);

/**
 * The class of a time. Classes grow by a factor, so that counts of any number of nodes add up class by class, and a
 * quantile of the sum is off by a share of itself (DDSketch, Masson et al., VLDB 2019).
 */
export function latencyClass(ms: number): number {
  return ms > LEAST_MS ? Math.min(classOf(ms), LAST_CLASS) : 0;
}

/**
 * The times that these shares of what was counted stayed within, in milliseconds, smallest share first; 0 where nothing was.
 * `counts`: by class; null for none.
 */
export function latencyQuantiles(counts: Readonly<Float64Array> | null, shares: readonly number[]): number[] {
  const total = counts?.reduce((sum, n) => sum + n, 0) ?? 0;
  if (counts === null || total === 0) return shares.map(() => 0);
  let [rank, seen] = [0, 0];
  return shares.map((share) => {
    // What is within no share is the first that was counted.
    while (rank < counts.length && (seen === 0 || seen < share * total)) {
      seen += counts[rank] ?? 0;
      rank += 1;
    }
    return middleOf(rank - 1);
  });
}

function classOf(ms: number): number {
  return Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH));
}

/** What is off by the same share from both ends of a class. */
function middleOf(rank: number): number {
  return (LEAST_MS * GROWTH ** rank * 2) / (GROWTH + 1);
}
