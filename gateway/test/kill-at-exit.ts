import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
let isWatching = false;

/** A test run that is cut short must not leave a server behind. */
export function killAtExit(child: ChildProcess): void {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', () => {
      for (const each of running) each.kill('SIGKILL');
    });
  }
  running.add(child);
  child.once('exit', () => running.delete(child));
}
