import { Pool } from 'undici';
import { arrivalsAt, atTheirTimes } from './arrivals.ts';
import { percentile } from './statistics.ts';

/** One request of an open loop: when it was due, how long its answer took from then, and with which status it came. */
export interface Arrival {
  readonly dueMs: number;
  readonly tookMs: number;
  /** 0: no answer came. */
  readonly status: number;
}

export interface SurgeLoad {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
}

const SEED = 1;
/** Nobody at a door waits longer, and what is not answered by then holds its connection. */
const PATIENCE_MS = 10_000;

/**
 * Sends at a pace that does not wait for answers, as travellers arrive; one that was due while this process was late counts
 * from when it was due. Times are of `performance.now()`.
 */
export async function arriveAt(perSecond: number, durationMs: number, loop: SurgeLoad): Promise<Arrival[]> {
  const { origin, path, headers, bodies } = loop;
  const pool = new Pool(origin, { connections: 1_024, pipelining: 1, headersTimeout: PATIENCE_MS });
  const arrivals: Promise<Arrival>[] = [];
  const send = async (dueMs: number, at: number): Promise<Arrival> => {
    const asked = { method: 'POST', path, headers, body: bodies[at % bodies.length] ?? '' } as const;
    const status = await pool.request(asked).then(
      async (reply) => {
        await reply.body.dump();
        return reply.statusCode;
      },
      () => 0,
    );
    return { dueMs, tookMs: performance.now() - dueMs, status };
  };
  try {
    const due = arrivalsAt({ perSecond, durationMs, seed: SEED });
    await atTheirTimes(due, (dueMs) => void arrivals.push(send(dueMs, arrivals.length)));
    return await Promise.all(arrivals);
  } finally {
    await pool.destroy();
  }
}

/** What a pace came to. `answered`: the share that got a 200. */
export function paceOf(arrivals: readonly Arrival[]) {
  const tookMs = arrivals.flatMap(({ status, tookMs: one }) => (status === 200 ? [one] : [])).sort((a, b) => a - b);
  return {
    arrived: arrivals.length,
    answered: tookMs.length / Math.max(1, arrivals.length),
    turned_away: arrivals.filter(({ status }) => status === 503).length,
    p50_ms: percentile(tookMs, 50),
    p99_ms: percentile(tookMs, 99),
  };
}

/**
 * How a surge went, window after window from its first arrival on: `at_s` is where a window begins. `p99_ms` is of those who
 * were answered; a window in which nobody was has none. The last one, which the end cut short, is left out.
 */
export function courseOf(arrivals: readonly Arrival[], windowMs: number) {
  const fromMs = Math.min(...arrivals.slice(0, 1).map(({ dueMs }) => dueMs));
  const windows = Map.groupBy(arrivals, ({ dueMs }) => Math.floor((dueMs - fromMs) / windowMs));
  return [...windows]
    .sort(([a], [b]) => a - b)
    .slice(0, -1)
    .map(([window, ones]) => {
      const { arrived, answered, p99_ms } = paceOf(ones);
      const at_s = (window * windowMs) / 1_000;
      return { at_s, per_s: (arrived * 1_000) / windowMs, p99_ms: answered === 0 ? null : p99_ms };
    });
}

/**
 * How long after `fromMs` it took until things were well for good: from the end of the last window of `windowMs` in which
 * somebody was not answered, or the 99th percentile was above `wellMs`. 0: they were well all the time.
 */
export function recoveredAfterMs(
  arrivals: readonly Arrival[],
  { fromMs, windowMs, wellMs }: { readonly fromMs: number; readonly windowMs: number; readonly wellMs: number },
): number {
  const windows = Map.groupBy(
    arrivals.filter(({ dueMs }) => dueMs >= fromMs),
    ({ dueMs }) => Math.floor((dueMs - fromMs) / windowMs),
  );
  const ill = [...windows].filter(([, one]) => {
    const { answered, p99_ms } = paceOf(one);
    return answered < 1 || p99_ms > wellMs;
  });
  return Math.max(0, ...ill.map(([window]) => (window + 1) * windowMs));
}
