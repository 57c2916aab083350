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

/** The time that `share` of what was counted stayed within, in milliseconds; 0 where nothing was. */
export function latencyQuantile(counts: ReadonlyMap<number, number>, share: number): number {
  const classes = [...counts].sort(([a], [b]) => a - b);
  const total = classes.reduce((sum, [, n]) => sum + n, 0);
  let seen = 0;
  for (const [rank, n] of classes) {
    seen += n;
    if (seen >= share * total) return middleOf(rank);
  }
  return 0;
}

function classOf(ms: number): number {
  return Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH));
}

/** What is off by the same share from both ends of a class. */
function middleOf(rank: number): number {
  return (LEAST_MS * GROWTH ** rank * 2) / (GROWTH + 1);
}
