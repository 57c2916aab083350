/** Each class reaches this much further than the one before it. */
const GROWTH = 1.1;
/** What the first class reaches, in milliseconds. */
const LEAST_MS = 0.1;
/** A day: what takes longer is counted as that. */
const LAST_CLASS = classOf(86_400_000);

/** How far a quantile may be from the true one, as a share of it, between `LEAST_MS` and a day. */
export const SKETCH_ERROR = (GROWTH - 1) / (GROWTH + 1);

/**
 * The class of a time. Classes grow by a factor, so that counts of any number of nodes add up class by class, and a
 * quantile of the sum is off by a share of itself (DDSketch, Masson et al., VLDB 2019).
 */
export function latencyClass(ms: number): number {
  return ms > LEAST_MS ? Math.min(classOf(ms), LAST_CLASS) : 0;
}

/** The times that these shares of what was counted stayed within, in milliseconds, smallest share first; 0 where nothing was. */
export function latencyQuantiles(counts: ReadonlyMap<number, number>, shares: readonly number[]): number[] {
  const ranks = [...counts.keys()].sort((a, b) => a - b);
  let total = 0;
  for (const n of counts.values()) total += n;
  let [at, seen] = [0, counts.get(ranks[0] ?? 0) ?? 0];
  return shares.map((share) => {
    while (seen < share * total && at + 1 < ranks.length) {
      at += 1;
      seen += counts.get(ranks[at] ?? 0) ?? 0;
    }
    const rank = ranks[at];
    return rank === undefined ? 0 : middleOf(rank);
  });
}

function classOf(ms: number): number {
  return Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH));
}

/** What is off by the same share from both ends of a class. */
function middleOf(rank: number): number {
  return (LEAST_MS * GROWTH ** rank * 2) / (GROWTH + 1);
}
