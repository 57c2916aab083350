import { readFileSync } from 'node:fs';
import type { Child } from './child.ts';

/** User and system time in /proc are counted in hundredths of a second on every Linux that node runs on. */
const US_PER_TICK = 10_000;

/** Processor time so far, in microseconds. `upstreams` is null where nobody is asked, or the system does not tell. */
export interface Clocks {
  readonly servers: number;
  readonly upstreams: number | null;
}

/** Reads the servers' own clocks, and those of the children of `parents`, which play the provinces. */
export async function clocks(servers: readonly Child<unknown>[], parents: readonly Child<unknown>[]): Promise<Clocks> {
  const own = await Promise.all(servers.map((server) => server.cpuUs()));
  const upstreams = parents.map(({ pid }) => childrenCpuUs(pid));
  return {
    servers: sum(own),
    upstreams: upstreams.every((one) => one !== null) && upstreams.length > 0 ? sum(upstreams) : null,
  };
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
