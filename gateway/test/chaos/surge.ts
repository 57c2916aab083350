import { setTimeout as delay } from 'node:timers/promises';
import type { Surge } from './report.ts';
import type { Tally, VenueLoad } from './venue-load.ts';

const SURGE_FACTOR = 10;
const LOOK_EVERY_MS = 250;
const LOOKS = 40;

/** Ten times the usual venues, none of which pauses: how many scans were turned away, and how soon that was over. */
export async function surgeOf(load: VenueLoad, venues: number, surgeMs: number): Promise<Surge> {
  load.enter('surge');
  const over = load.widen(venues * SURGE_FACTOR, 0);
  await delay(surgeMs);
  load.enter('after the surge');
  const endedMs = performance.now();
  await over();
  const surged = load.tallies.get('surge');
  const shed = surged?.failures.get('unavailable') ?? 0;
  // Recovered: a stretch of scans without one that is turned away.
  let failuresBefore = failuresOf(load.tallies.get('after the surge'));
  let recoveredMs: number | null = null;
  for (let looks = 0; looks < LOOKS && recoveredMs === null; looks += 1) {
    const sinceMs = performance.now() - endedMs;
    await delay(LOOK_EVERY_MS);
    const failures = failuresOf(load.tallies.get('after the surge'));
    if (failures === failuresBefore) recoveredMs = sinceMs;
    failuresBefore = failures;
  }
  const scans = surged?.scans ?? 0;
  return { scans, perSecond: scans / (surgeMs / 1000), shed, recoveredMs };
}

function failuresOf(tally: Tally | undefined): number {
  return [...(tally?.failures.values() ?? [])].reduce((sum, n) => sum + n, 0);
}
