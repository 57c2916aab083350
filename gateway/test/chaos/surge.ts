import { setTimeout as delay } from 'node:timers/promises';
import type { Surge } from './report.ts';
import type { Tally, VenueLoad } from './venue-load.ts';

const SURGE = 'surge';
const BATCHES = ': batches';
const SURGE_FACTOR = 10;
const SINGLES_FACTOR = 2;
const USUAL_MS = 3_000;
const LOOK_EVERY_MS = 250;
const LOOKS = 40;

/**
 * Ten times as many scans a second as usual, none of which waits for another: twice the usual from single venues, and the
 * rest in batches, since what sends them runs on the same processors as what answers. How many were turned away, and how
 * soon that was over.
 */
export async function surgeOf(load: VenueLoad, surgeMs: number): Promise<Surge> {
  load.enter('before the surge');
  await delay(USUAL_MS);
  const usual = ((load.tallies.get('before the surge')?.scans ?? 0) / USUAL_MS) * 1000;
  load.enter(SURGE);
  const stops = [load.pour(usual * SINGLES_FACTOR), load.pourBatches(usual * (SURGE_FACTOR - SINGLES_FACTOR), BATCHES)];
  await delay(surgeMs);
  load.enter('after the surge');
  const recovery = recoveredAfterMs(load, performance.now());
  await Promise.all(stops.map((stop) => stop()));
  const tallies = [load.tallies.get(SURGE), load.tallies.get(`${SURGE}${BATCHES}`)];
  const sum = (of: (tally: Tally) => number) =>
    tallies.reduce((all, tally) => all + (tally === undefined ? 0 : of(tally)), 0);
  return {
    scans: sum(({ scans }) => scans),
    perSecond: usual * SURGE_FACTOR,
    shed: sum(({ failures }) => failures.get('unavailable') ?? 0),
    recoveredMs: await recovery,
  };
}

/** Recovered: from the beginning of a stretch of scans without one that is turned away. */
async function recoveredAfterMs(load: VenueLoad, endedMs: number): Promise<number | null> {
  let before = load.tallies.get('after the surge');
  let [failuresBefore, scansBefore] = [failuresOf(before), before?.tookMs.length ?? 0];
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const sinceMs = performance.now() - endedMs;
    await delay(LOOK_EVERY_MS);
    before = load.tallies.get('after the surge');
    const [failures, scans] = [failuresOf(before), before?.tookMs.length ?? 0];
    if (failures === failuresBefore && scans > scansBefore) return sinceMs;
    [failuresBefore, scansBefore] = [failures, scans];
  }
  return null;
}

function failuresOf(tally: Tally | undefined): number {
  return [...(tally?.failures.values() ?? [])].reduce((sum, n) => sum + n, 0);
}
