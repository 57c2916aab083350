import { readdirSync, readFileSync } from 'node:fs';

/** Every process that has inherited `TMPDIR=<temp>`, and so whatever was started with it, however far down. */
export function processesOf(temp: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readOf(pid, 'environ').includes(`TMPDIR=${temp}`));
}

/** What the kernel tells of a process; empty where it is gone. */
export function readOf(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
