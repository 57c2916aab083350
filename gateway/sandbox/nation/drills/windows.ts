/** Times of one stretch of scans, in milliseconds. */
export type Window = readonly number[];

export interface Excess {
  /** The 99th percentile of all other windows, over that of the usual ones. */
  readonly ratio: number;
  /** Of all ways to call as many of these windows the other ones, the share that gives such a ratio or more. */
  readonly chance: number;
}

/**
 * Whether other windows took longer than usual ones by more than windows of one kind differ among themselves. On a machine
 * that has other work as well, two equal percentiles differ by half; a permutation test over whole windows, taken in turns,
 * tells that from a cause. Needs as many of one kind as of the other.
 */
export function excessOf(usual: readonly Window[], other: readonly Window[]): Excess {
  const windows = [...usual, ...other];
  const ratio = p99(other) / p99(usual);
  const ratios = choicesOf(windows.length, other.length).map((chosen) => {
    const [picked, rest] = [windows.filter((_, at) => chosen.has(at)), windows.filter((_, at) => !chosen.has(at))];
    return p99(picked) / p99(rest);
  });
  return { ratio, chance: ratios.filter((one) => one >= ratio).length / ratios.length };
}

/** The 99th percentile over all of these windows; 0 for none. */
export function p99(windows: readonly Window[]): number {
  const ascending = windows.flat().sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(0.99 * ascending.length) - 1)] ?? 0;
}

/** Every set of `k` of the numbers below `n`. */
function choicesOf(n: number, k: number): ReadonlySet<number>[] {
  if (k === 0) return [new Set()];
  if (n < k) return [];
  return [...choicesOf(n - 1, k), ...choicesOf(n - 1, k - 1).map((chosen) => new Set([...chosen, n - 1]))];
}
