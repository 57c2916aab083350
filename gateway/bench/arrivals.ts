/** When questions come, in milliseconds from the start: a Poisson process, the same for the same seed. */
export function arrivalsAt({
  perSecond,
  durationMs,
  seed,
}: {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly seed: number;
}): number[] {
  const random = seeded(seed);
  const due: number[] = [];
  for (let atMs = 0; ; ) {
    atMs += (-Math.log(1 - random()) * 1000) / perSecond;
    if (atMs >= durationMs) return due;
    due.push(atMs);
  }
}

/** Calls `ask` at each of the times, or as soon after as the event loop gets there. */
export async function atTheirTimes(dueMs: readonly number[], ask: (dueAtMs: number) => void): Promise<void> {
  const startMs = performance.now();
  let next = 0;
  await new Promise<void>((resolve) => {
    const look = () => {
      for (let due = dueMs[next]; due !== undefined && startMs + due <= performance.now(); due = dueMs[next]) {
        next += 1;
        ask(startMs + due);
      }
      const due = dueMs[next];
      if (due === undefined) resolve();
      else setTimeout(look, Math.max(0, startMs + due - performance.now()));
    };
    look();
  });
}

/** Mulberry32: 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
