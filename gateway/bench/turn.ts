import type { Child } from './child.ts';
import { type LoadJob, loadResultSchema, requireRight } from './load-job.ts';
import { clocks, usedUs } from './process-time.ts';

/** One turn of one case. An operation is a verification. */
export interface Turn {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all servers under test together. */
  readonly cpuUs: number;
  /** The issuer's part of it, where a node is asked. */
  readonly issuerCpuUs: number | null;
  readonly upstreamCpuUs: number | null;
  readonly wrong: number;
  readonly shed: number;
}

/** Load on some servers, and whose processor time it costs. */
export interface Run {
  readonly job: LoadJob;
  /** Verifications in a request. */
  readonly items: number;
  readonly servers: readonly Child<unknown>[];
  /** The node that the servers ask, counted with them. */
  readonly issuer: Child<unknown> | null;
  /** Plays the provinces that are asked; null where none is. */
  readonly upstream: Child<unknown> | null;
}

/** Has the client ask, and reads the clocks before and after. Throws BenchError `wrong_replies`. */
export async function takeTurn(name: string, client: Child<unknown>, run: Run): Promise<Turn> {
  const before = await clocks(run);
  const result = await client.run(run.job, loadResultSchema);
  const after = await clocks(run);
  requireRight(name, result);
  const { elapsedMs, p50Ms, p99Ms, wrong, shed } = result;
  return {
    ...{ operations: result.requests * run.items, elapsedMs, p50Ms, p99Ms, wrong, shed },
    cpuUs: after.servers - before.servers,
    issuerCpuUs: usedUs(before, after, 'issuer'),
    upstreamCpuUs: usedUs(before, after, 'upstream'),
  };
}
