import { setImmediate as immediate } from 'node:timers/promises';

const SLICE = 10;
/** Views of the largest kind take some milliseconds by so many. */
const TEXTS_A_TURN = 200;

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

/**
 * A JSON list of as many texts as there are items, written some a turn: where each county has a system, all of them at once
 * would keep scans waiting for longer than a scan takes.
 */
export async function listInSlices<T>(items: readonly T[], textOf: (item: T) => string): Promise<string> {
  const texts: string[] = [];
  for (const [at, item] of items.entries()) {
    if (at > 0 && at % TEXTS_A_TURN === 0) await immediate();
    texts.push(textOf(item));
  }
  return `[${texts.join(',')}]`;
}
