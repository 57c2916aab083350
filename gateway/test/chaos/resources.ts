import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Resources } from './report.ts';
import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 500;

/** Watches what the gateways hold, on a system with /proc; the most that any of them ever held. */
export function watchResources({ gateways }: Stage): { readonly stop: () => Resources | null } {
  let sockets = 0;
  let memoryMb = 0;
  const timer = setInterval(() => {
    for (const gateway of gateways) {
      const pid = gateway.pid();
      if (pid === null) continue;
      sockets = Math.max(sockets, socketsOf(pid));
      memoryMb = Math.max(memoryMb, memoryMbOf(pid));
    }
  }, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return memoryMb === 0 ? null : { sockets, memoryMb };
    },
  };
}

function socketsOf(pid: number): number {
  return attempt(() => readdirSync(`/proc/${pid}/fd`), []).filter((fd) =>
    attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '').startsWith('socket:'),
  ).length;
}

function memoryMbOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8'), ''))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

/** A process may end between two looks at it. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
