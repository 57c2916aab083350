import { setImmediate as immediate } from 'node:timers/promises';

const SLICE = 10;

/** Begins a few at a time, so that single scans get their turns in between; all of them may wait at once. */
export async function allInSlices<T, R>(
  items: readonly T[],
  begin: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const begun: Promise<R>[] = [];
  for (let at = 0; at < items.length; at += SLICE) {
    if (at > 0) await immediate();
    begun.push(...items.slice(at, at + SLICE).map((item, offset) => begin(item, at + offset)));
    // Heard below; a fault before the last slice has begun must not count as unheard.
    for (const one of begun.slice(at)) one.catch(() => undefined);
  }
  return await Promise.all(begun);
}
