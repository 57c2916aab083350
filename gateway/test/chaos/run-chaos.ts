import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, faultsFor } from './faults.ts';
import { randomFrom, shuffled } from './random.ts';
import { type ChaosRecord, enterRecords } from './records.ts';
import type { ChaosResult, Invalidations, Surge } from './report.ts';
import { type RedisKind, type Stage, startStage } from './stage.ts';
import { stampedeOn } from './stampede.ts';
import { openVenueLoad, type VenueLoad } from './venue-load.ts';
import { Flushes } from './withdrawals.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly redis: RedisKind;
  /** How long faults are made, and how long each lasts and is recovered from. */
  readonly faultsForMs: number;
  readonly faultMs: number;
  readonly recoveryMs: number;
  readonly recordsEach: number;
  readonly stampede: number;
  readonly surgeMs: number;
  readonly onProgress: (line: string) => void;
}

const GATEWAYS = 3;
const VENUES = 8;
const PAUSE_MS = 40;
const SURGE_FACTOR = 10;
/** A gateway that was cut off notices within two seconds, and has caught up a moment later. */
const REJOINED_AFTER_MS = 3_500;
const MEASURED_EVENTS = 60;
const HEALTHY = 'nothing is wrong';

/** One run of the fault lab: faults in an order that the seed decides, while venues scan and every answer is judged. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = randomFrom(options.seed);
  options.onProgress(`starting ${GATEWAYS} gateways on Redis (${options.redis})`);
  const stage = await startStage(options.redis, GATEWAYS, random);
  try {
    const records = await enterRecords(stage.url, options.recordsEach);
    const flushes = new Flushes(stage);
    const load = await openVenueLoad(stage.url, records, randomFrom(options.seed + 1), flushes);
    load.enter(HEALTHY);
    const calm = load.widen(VENUES, PAUSE_MS);
    await delay(options.recoveryMs);
    await makeFaults(stage, load, flushes, options, random);
    const invalidation = await measureInvalidation(stage, load, flushes);
    load.enter('stampede');
    const stampede = await stampedeOn(stage, options.stampede);
    const surge = await surgeOf(load, options.surgeMs);
    await calm();
    await load.close();
    const { tallies, violations } = load;
    return {
      seed: options.seed,
      tallies,
      violations,
      faults: faultsIn(stage),
      leaks: await leaksOf(stage, records),
      invalidation,
      stampede,
      surge,
    };
  } finally {
    await stage.stop();
  }
}

async function makeFaults(
  stage: Stage,
  load: VenueLoad,
  flushes: Flushes,
  { redis, faultsForMs, faultMs, recoveryMs, onProgress }: ChaosOptions,
  random: () => number,
): Promise<void> {
  const untilMs = performance.now() + faultsForMs;
  const all = faultsFor(redis);
  let queue: Fault[] = [];
  let mending = Promise.resolve();
  while (performance.now() < untilMs) {
    if (queue.length === 0) queue = shuffled(all, random);
    const fault = queue.pop();
    if (fault === undefined) break;
    if (fault.mendsSlowly === true) await mending;
    onProgress(fault.name);
    load.enter(fault.name);
    if (fault.cutsOff === true) flushes.sureFrom(Number.POSITIVE_INFINITY);
    const mend = await fault.begin(stage, random);
    await flushWhile(flushes, delay(faultMs), random);
    const mended = mend();
    if (fault.mendsSlowly === true) mending = mended;
    else await mended;
    if (fault.cutsOff === true) flushes.sureFrom(Date.now() + REJOINED_AFTER_MS);
    load.enter(HEALTHY);
    await flushWhile(flushes, delay(recoveryMs), random);
  }
  await mending;
}

async function flushWhile(flushes: Flushes, over: Promise<unknown>, random: () => number): Promise<void> {
  let isOver = false;
  over.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([over, delay(150 + random() * 400)]);
    const province = (['410000', '440000', '140000'] as const)[Math.floor(random() * 3)];
    if (!isOver && province !== undefined) await flushes.push(province);
  }
}

async function surgeOf(load: VenueLoad, surgeMs: number): Promise<Surge> {
  load.enter('surge');
  const over = load.widen(VENUES * SURGE_FACTOR, 0);
  await delay(surgeMs);
  load.enter('after the surge');
  const endedMs = performance.now();
  await over();
  const surged = load.tallies.get('surge');
  const shed = surged?.failures.get('unavailable') ?? 0;
  const after = load.tallies.get('after the surge');
  // Recovered: a stretch of scans without one that is turned away.
  let failuresBefore = failuresOf(after);
  let recoveredMs: number | null = null;
  for (let tries = 0; tries < 25 && recoveredMs === null; tries += 1) {
    const sinceMs = performance.now() - endedMs;
    await delay(250);
    const failures = failuresOf(load.tallies.get('after the surge'));
    if (failures === failuresBefore) recoveredMs = sinceMs;
    failuresBefore = failures;
  }
  return { scans: surged?.scans ?? 0, shed, recoveredMs };
}

function failuresOf(tally: { readonly failures: ReadonlyMap<string, number> } | undefined): number {
  return [...(tally?.failures.values() ?? [])].reduce((sum, n) => sum + n, 0);
}

/** With nothing wrong: events one by one, and how long each took to every gateway. */
async function measureInvalidation(stage: Stage, load: VenueLoad, flushes: Flushes): Promise<Invalidations> {
  load.enter('events, nothing wrong');
  const before = await effectsOf(stage);
  for (let n = 0; n < MEASURED_EVENTS; n += 1) {
    await flushes.push('410000');
    await delay(30);
  }
  await delay(300);
  const after = await effectsOf(stage);
  const effects = after.effects - before.effects;
  const within100Ms = after.within100Ms - before.within100Ms;
  return { pushed: flushes.pushed, accepted: flushes.accepted, effects, within100Ms };
}

async function effectsOf({ gateways }: Stage): Promise<Pick<Invalidations, 'effects' | 'within100Ms'>> {
  let [effects, within100Ms] = [0, 0];
  for (const { port } of gateways) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    effects += numberAfter(text, 'huren_invalidation_seconds_count ');
    within100Ms += numberAfter(text, 'huren_invalidation_seconds_bucket{le="0.1"} ');
  }
  return { effects, within100Ms };
}

function numberAfter(text: string, name: string): number {
  const at = text.indexOf(name);
  return at === -1 ? 0 : Number.parseFloat(text.slice(at + name.length));
}

/** Where our own code broke, as the gateways' logs have it, each place once. */
function faultsIn({ gateways }: Stage): string[] {
  const lines = gateways.flatMap((gateway) => gateway.output().split('\n'));
  const broken = lines.filter((line) => line.includes('"request failed"') || line.includes('"level":60'));
  return [...new Set(broken.map((line) => /"error":.*"at":\[[^\]]*\]/.exec(line)?.[0] ?? line))];
}

/** Everything about a holder that was used in the run, looked for in everything that outlives a scan. */
async function leaksOf(stage: Stage, records: readonly ChaosRecord[]): Promise<string[]> {
  const loot = await stage.loot();
  const leaks = new Set<string>();
  for (const { code, handle, rawTime, asOf } of records) {
    const secrets = { code, 'raw value': rawTime, time: asOf, ...(handle === null ? {} : { handle }) };
    for (const [kind, secret] of Object.entries(secrets)) {
      for (const [place, text] of loot) if (text.includes(secret)) leaks.add(`a ${kind} in ${place}`);
    }
  }
  return [...leaks];
}
