/**
 * Work that anybody may ask for, done at most once in `everyMs` however many ask: what anonymous visitors cost is bounded.
 * Nobody is told something old: the work begins after the question, and whoever asks meanwhile shares what comes next.
 */
export function paced<T>(work: () => Promise<T>, everyMs: number): () => Promise<T> {
  let lastMs = Number.NEGATIVE_INFINITY;
  let next: Promise<T> | null = null;
  const begin = async () => {
    const waitMs = Math.max(0, lastMs + everyMs - performance.now());
    // Always a turn later: `next` must be set before it is cleared.
    await (waitMs === 0 ? null : new Promise((resolve) => setTimeout(resolve, waitMs)));
    next = null;
    lastMs = performance.now();
    return await work();
  };
  return () => {
    next ??= begin();
    return next;
  };
}
