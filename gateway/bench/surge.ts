import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { noOptions, startedWith } from '../program-options.ts';
import { startChild } from './child.ts';
import { Cleanup } from './cleanup.ts';
import { loadResultSchema } from './load-job.ts';
import { type Stalls, stallsSchema } from './observation.ts';
import { SandboxSeed } from './sandbox-seed.ts';
import { rounded } from './statistics.ts';
import { arriveAt, courseOf, paceOf, recoveredAfterMs, type SurgeLoad } from './surge-load.ts';
import type { SurgeResult } from './surge-result.ts';

const HELP = `Usage: npm run -s surge

Measures what one gateway takes and does at rest, at 70 % of what it can bear, and when ten times as many come as before, all
at once. Codes that come again, so that the load is the gateway's. Stalls are told twice: by the clock on the wall, which a
busy machine lengthens, and by the thread's own processor time, which is the gateway's doing. Prints one JSON object. On a quiet
machine; more than a minute.

Options:
  --help  print this

Exit code: 0 measured, 1 no figures to be had, 2 wrong usage.
`;
startedWith(HELP, noOptions);

const CODES = 200;
const REST_MS = 10_000;
const STEADY_MS = 10_000;
const STEADY_SHARE = 0.7;
/** What goes before, so that it can be seen how stalls grow. */
const LIGHTER = { shares: [0.1, 0.3, 0.5], forMs: 4_000 };
/** Before, during and after the surge; it is looked at for so long whether things have become well again. */
const PHASES_MS = { before: 3_000, surge: 5_000, after: 12_000 };
/** A tenth of the surge, which is half as much again as the gateway can bear. */
const BASE_SHARE = 0.15;
const WINDOW_MS = 250;
const COURSE_WINDOW_MS = 500;
/** What a gateway may keep everybody waiting now and then under ordinary load: no sign that it has not recovered. */
const LEAST_WELL_MS = 50;

const ready = z.strictObject({ url: z.url(), sandbox: readyMessageSchema });

interface Held {
  readonly pace: ReturnType<typeof paceOf>;
  readonly stalls: Stalls;
}

const cleanup = new Cleanup();
try {
  process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`);
} finally {
  await cleanup.run();
}

async function measure() {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-surge-'));
  cleanup.add(() => rmSync(dataDir, { recursive: true, force: true }));
  const rates = { HUREN_CLIENT_RATE: '1000000', HUREN_PROVINCE_RATE: '1000000' };
  const env = { HUREN_PORT: '0', HUREN_HOST: '127.0.0.1', HUREN_DATA_DIR: dataDir, ...rates };
  const server = await cleanup.start(() => startChild({ file: 'gateway-server.ts', settings: {}, ready, env }));
  const client = await cleanup.start(() => startChild({ file: 'load-client.ts', settings: null, ready: z.unknown() }));
  const { url, sandbox } = server.ready;
  const seed = new SandboxSeed(sandbox);
  const headers = { authorization: `Bearer ${await seed.venueToken()}`, 'content-type': 'application/json' };
  const bodies = (await seed.mint('410000', CODES)).map((code) => JSON.stringify({ code, purpose: 'medical_visit' }));
  const loop: SurgeLoad = { origin: url, path: '/v1/verifications', headers, bodies };

  const restedUs = await server.cpuUs();
  await setTimeout(REST_MS);
  const at_rest = { cpu_ms_per_s: ((await server.cpuUs()) - restedUs) / REST_MS, ...(await stateOf(url)) };
  const capacity = await capacityOf(loop);

  const loads: SurgeResult['loads'] = [];
  for (const share of LIGHTER.shares) loads.push(loadOf(share, await held(share, LIGHTER.forMs)));
  await stateOf(url);
  const steady = await held(STEADY_SHARE, STEADY_MS);
  loads.push(loadOf(STEADY_SHARE, steady));
  const at_70_percent = {
    per_s: capacity * STEADY_SHARE,
    ...steady.pace,
    ...(await stateOf(url)),
    stalls: steady.stalls,
  };

  const base = capacity * BASE_SHARE;
  const earlier = await arriveAt(base, PHASES_MS.before, loop);
  const before = paceOf(earlier);
  const many = await arriveAt(base * 10, PHASES_MS.surge, loop);
  const fromMs = performance.now();
  const later = await arriveAt(base, PHASES_MS.after, loop);
  const wellMs = Math.max(LEAST_WELL_MS, 2 * before.p99_ms);
  const recovered_ms = recoveredAfterMs(later, { fromMs, windowMs: WINDOW_MS, wellMs });
  const figures: SurgeResult = {
    capacity_per_s: capacity,
    at_rest,
    at_70_percent,
    loads,
    before,
    surge: paceOf(many),
    after: paceOf(later),
    recovered_ms,
    course: courseOf([...earlier, ...many, ...later], COURSE_WINDOW_MS),
  };
  return JSON.parse(JSON.stringify(figures), (_name, value: unknown) =>
    typeof value === 'number' ? rounded(value) : value,
  );

  async function held(share: number, forMs: number): Promise<Held> {
    let pace = paceOf([]);
    const stalls = await server.watch('stalls', stallsSchema, async () => {
      pace = paceOf(await arriveAt(capacity * share, forMs, loop));
    });
    return { pace, stalls };
  }

  function loadOf(share: number, { pace, stalls }: Held): SurgeResult['loads'][number] {
    const { late_p99_ms, own_max_ms } = stalls;
    return { share, per_s: capacity * share, answered_p99_ms: pace.p99_ms, late_p99_ms, own_max_ms };
  }

  async function capacityOf({ origin, path }: SurgeLoad): Promise<number> {
    const expect = { text: '"status":"green"', times: 1 };
    const targets = [{ origin, headers, bodies }];
    const job = { targets, path, order: 'round', connections: 32, most: null, expect, arrivals: null };
    // The first run is for the compiler.
    await client.run({ ...job, durationMs: 4_000 }, loadResultSchema);
    const { requests, elapsedMs } = await client.run({ ...job, durationMs: 4_000 }, loadResultSchema);
    return (requests * 1_000) / elapsedMs;
  }
}

/** Memory now, and how late the event loop was at most since it was last asked. */
async function stateOf(url: string) {
  const text = await (await request(`${url}/metrics`)).body.text();
  const read = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    resident_mb: read('process_resident_memory_bytes') / 1e6,
    heap_mb: read('nodejs_heap_size_used_bytes') / 1e6,
    event_loop_p99_ms: read('nodejs_eventloop_lag_p99_seconds') * 1_000,
    event_loop_max_ms: read('nodejs_eventloop_lag_max_seconds') * 1_000,
  };
}
