import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { serveBench } from './child-side.ts';
import { type LoadJob, type LoadResult, type LoadTarget, loadJobSchema } from './load-job.ts';
import { percentile } from './statistics.ts';

/** Turned away under overload, a client comes back a little later; it is no answer and counts as none. */
const SHED_PAUSE_MS = 20;
/** How long a run whose every request was turned away goes on, so that it has at least one figure. */
const PATIENCE_MS = 5_000;

/*
 * The load generator: one process, one keep-alive connection for each client, the same code for every server.
 */
serveBench(async () => ({
  ready: null,
  run: (job) => runLoad(loadJobSchema.parse(job)),
  close: () => undefined,
}));

interface Target {
  readonly pool: Pool;
  readonly headers: Record<string, string>;
  readonly nextBody: () => string | undefined;
}

async function runLoad(job: LoadJob): Promise<LoadResult> {
  const targets = job.targets.map((target) => openTarget(target, job.order));
  try {
    return await measure(job, targets);
  } finally {
    // Destroyed, not closed: what still hangs on a province that never answers is not waited for.
    await Promise.all(targets.map(({ pool }) => pool.destroy()));
  }
}

function openTarget({ origin, headers, bodies }: LoadTarget, order: LoadJob['order']): Target {
  let next = 0;
  return {
    pool: new Pool(origin, { connections: null, pipelining: 1, keepAliveTimeout: 60_000 }),
    headers,
    nextBody: () => {
      const body = bodies[order === 'once' ? next : next % bodies.length];
      next += 1;
      return body;
    },
  };
}

async function measure(job: LoadJob, targets: readonly Target[]): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  let shed = 0;
  let wrong = 0;
  let firstWrong: string | null = null;
  const startedMs = performance.now();
  const untilMs = startedMs + job.durationMs;
  const endArrivals = startArrivals(job, targets);

  const isOver = () =>
    latenciesMs.length >= (job.most ?? Number.POSITIVE_INFINITY) ||
    performance.now() >= untilMs + (latenciesMs.length === 0 ? PATIENCE_MS : 0);

  async function client(target: Target): Promise<void> {
    let body = target.nextBody();
    while (body !== undefined && !isOver()) {
      const askedMs = performance.now();
      const { status, text } = await send(target, job.path, body);
      if (status === 503) {
        shed += 1;
        await setTimeout(SHED_PAUSE_MS);
        continue;
      }
      latenciesMs.push(performance.now() - askedMs);
      body = target.nextBody();
      if (status === 200 && isExpected(text, job.expect)) continue;
      wrong += 1;
      firstWrong ??= `${status} ${text.slice(0, 600)}`;
    }
  }

  const clients = Array.from({ length: job.connections }, (_, at) => targets[at % targets.length]);
  await Promise.all(clients.map((target) => (target === undefined ? undefined : client(target))));
  const elapsedMs = performance.now() - startedMs;
  const sorted = Float64Array.from(latenciesMs).sort();
  const [p50Ms, p99Ms] = [percentile(sorted, 50), percentile(sorted, 99)];
  return { requests: latenciesMs.length, elapsedMs, p50Ms, p99Ms, shed, wrong, firstWrong, arrived: endArrivals() };
}

/** Starts the side traffic; the function it returns ends it and tells what became of it. */
function startArrivals({ arrivals, path, expect }: LoadJob, [target]: readonly Target[]): () => LoadResult['arrived'] {
  const counted = { sent: 0, answered: 0, asExpected: 0 };
  if (arrivals === null || target === undefined) return () => counted;
  const timer = setInterval(() => {
    const body = arrivals.bodies[counted.sent];
    if (body === undefined) return;
    counted.sent += 1;
    send(target, path, body).then(
      ({ text }) => {
        counted.answered += 1;
        if (isExpected(text, expect)) counted.asExpected += 1;
      },
      // Still waiting when the run ended.
      () => undefined,
    );
  }, 1000 / arrivals.perSecond);
  return () => {
    clearInterval(timer);
    return { ...counted };
  };
}

async function send({ pool, headers }: Target, path: string, body: string): Promise<{ status: number; text: string }> {
  const reply = await pool.request({ method: 'POST', path, headers, body });
  return { status: reply.statusCode, text: await reply.body.text() };
}

function isExpected(text: string, expect: LoadJob['expect']): boolean {
  return expect === null || occurrences(text, expect.text) === expect.times;
}

function occurrences(text: string, wanted: string): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}
