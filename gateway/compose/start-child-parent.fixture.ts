import { startChild } from './start-child.ts';

/*
 * A parent that stops itself (SIGSTOP) before it can hear anything, for longer than its child may take: the child is ready
 * once that time is up, and says so in the file that is named to the parent. Whoever sees the file lets the parent go on.
 */
const READY_WITHIN_MS = 250;
const child = startChild({
  name: 'the child',
  file: new URL('./start-child.fixture.ts', import.meta.url),
  message: { behaviour: 'behind-its-back', afterMs: 2 * READY_WITHIN_MS, saidIn: process.argv[2] },
  read: () => ({ ready: 'ready' }),
  limits: { tickMs: 50, readyWithinMs: READY_WITHIN_MS },
});
process.kill(process.pid, 'SIGSTOP');
process.stdout.write(`${await child.ready.catch((error: Error) => error.message)}\n`);
await child.stop();
process.stdout.write('stopped\n');
