import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, faultsFor } from './faults.ts';
import { measureInvalidations } from './invalidations.ts';
import { isolationOf } from './isolation.ts';
import { randomFrom, shuffled } from './random.ts';
import { type ChaosRecord, enterRecords } from './records.ts';
import type { ChaosResult } from './report.ts';
import { watchResources } from './resources.ts';
import { type RedisKind, type Stage, startStage } from './stage.ts';
import { stampedeOn } from './stampede.ts';
import { surgeOf } from './surge.ts';
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
  readonly events: number;
  readonly stampede: number;
  readonly surgeMs: number;
  /** How often a province hangs, beside as many turns in which none does, and how long each turn is. */
  readonly turns: number;
  readonly turnMs: number;
  readonly onProgress: (line: string) => void;
}

const GATEWAYS = 3;
const VENUES = 8;
/** While times are measured that others' work on the same processors would show in. */
const VENUES_MEANWHILE = 2;
const PAUSE_MS = 40;
/** A gateway that was cut off notices within two seconds, and has caught up a moment later. */
const REJOINED_AFTER_MS = 3_500;
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
    const watch = watchResources(stage);
    load.enter(HEALTHY);
    const calm = load.widen(VENUES, PAUSE_MS);
    await delay(options.recoveryMs);
    await makeFaults(stage, load, flushes, options, random);
    await delay(REJOINED_AFTER_MS);
    await calm();
    options.onProgress('events');
    const few = load.widen(VENUES_MEANWHILE, PAUSE_MS);
    const invalidation = await measureInvalidations(stage, load, records, options.events);
    await few();
    options.onProgress('isolation');
    const isolation = await isolationOf(stage, load, flushes, records, {
      venues: VENUES,
      turns: options.turns,
      turnMs: options.turnMs,
    });
    load.enter('stampede');
    const usual = load.widen(VENUES, PAUSE_MS);
    options.onProgress('stampede');
    const stampede = await stampedeOn(stage, options.stampede);
    options.onProgress('surge');
    const surge = await surgeOf(load, options.surgeMs);
    await usual();
    await load.close();
    const { tallies, violations } = load;
    const { pushed, accepted } = flushes;
    return {
      seed: options.seed,
      tallies,
      violations,
      faults: faultsIn(stage),
      leaks: await leaksOf(stage, records),
      flushes: { pushed, accepted },
      invalidation,
      isolation,
      stampede,
      surge,
      resources: watch.stop(),
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
    const province = (['410000', '140000'] as const)[Math.floor(random() * 2)];
    if (!isOver && province !== undefined) await flushes.push(province);
  }
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
