import { readFileSync } from 'node:fs';
import type { Child } from './child.ts';

/** User and system time in /proc are counted in hundredths of a second on every Linux that node runs on. */
const US_PER_TICK = 10_000;

/** Whose processor time a case takes: `parents` have the simulated provinces as children. */
export interface Clocked {
  readonly servers: readonly Child<unknown>[];
  readonly issuer: Child<unknown> | null;
  readonly parents: readonly Child<unknown>[];
}

/**
 * Processor time so far, in microseconds; the issuer's is among the servers'. Null where no such process is asked;
 * `upstreams` also where the system does not tell.
 */
export interface Clocks {
  readonly servers: number;
  readonly issuer: number | null;
  readonly upstreams: number | null;
}

/** Reads the servers' own clocks, and those of the children of `parents`. */
export async function clocks({ servers, issuer, parents }: Clocked): Promise<Clocks> {
  const own = await Promise.all(servers.map((server) => server.cpuUs()));
  const asked = issuer === null ? null : await issuer.cpuUs();
  const upstreams = parents.map(({ pid }) => childrenCpuUs(pid));
  return {
    servers: sum(own) + (asked ?? 0),
    issuer: asked,
    upstreams: upstreams.every((one) => one !== null) && upstreams.length > 0 ? sum(upstreams) : null,
  };
}

/** What was used from one reading to the next; null where either does not tell. */
export function usedUs(before: Clocks, after: Clocks, whose: 'issuer' | 'upstreams'): number | null {
  const [from, until] = [before[whose], after[whose]];
  return from === null || until === null ? null : until - from;
}

/** Null where the system has no /proc. */
function childrenCpuUs(pid: number): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.reduce((total, child) => total + cpuUs(child), 0);
  } catch {
    return null;
  }
}

function cpuUs(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const [, ...fields] = stat.slice(stat.lastIndexOf(')')).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
