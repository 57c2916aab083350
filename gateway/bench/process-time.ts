import type { Child } from './child.ts';

/** Whose processor time a case takes; null where there is no such process. */
export interface Clocked {
  readonly servers: readonly Child<unknown>[];
  readonly issuer: Child<unknown> | null;
  readonly upstream: Child<unknown> | null;
}

/** Processor time so far, in microseconds; the issuer's is among the servers'. Null where no such process is asked. */
export interface Clocks {
  readonly servers: number;
  readonly issuer: number | null;
  readonly upstream: number | null;
}

/** Reads every process's own clock. */
export async function clocks({ servers, issuer, upstream }: Clocked): Promise<Clocks> {
  const own = await Promise.all(servers.map((server) => server.cpuUs()));
  const asked = issuer === null ? null : await issuer.cpuUs();
  return {
    servers: own.reduce((total, value) => total + value, asked ?? 0),
    issuer: asked,
    upstream: upstream === null ? null : await upstream.cpuUs(),
  };
}

/** What was used from one reading to the next; null where there was nobody to read it of. */
export function usedUs(before: Clocks, after: Clocks, whose: 'issuer' | 'upstream'): number | null {
  const [from, until] = [before[whose], after[whose]];
  return from === null || until === null ? null : until - from;
}

/** What some work takes of this process, in milliseconds. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
