import { startChild } from './start-child.ts';

/*
 * A parent that the test stops (SIGSTOP) for longer than its child may take: the child is ready in the meantime, and says
 * so in the file that is named to the parent.
 */
const child = startChild({
  name: 'the child',
  file: new URL('./start-child.fixture.ts', import.meta.url),
  message: { behaviour: 'behind-its-back', saidIn: process.argv[2] },
  read: () => ({ ready: 'ready' }),
  limits: { tickMs: 250, readyWithinMs: 1_250 },
});
process.stdout.write('started\n');
process.stdout.write(`${await child.ready.catch((error: Error) => error.message)}\n`);
await child.stop();
process.stdout.write('stopped\n');
