import { existsSync, readFileSync } from 'node:fs';
import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/*
 * A worker that serves nothing: the first ones are ready, and one for which another goes is not. Where a file is there that
 * the payload names, nobody is ready, for the reason in it; where that is a signal, it ends by it and says nothing; and where
 * it is `held`, it says what its parent tells it to say, and nothing before.
 */
process.once('message', (message) => {
  const { replaces, payload } = startWorkerSchema.parse(message);
  const fault = typeof payload === 'string' && existsSync(payload) ? readFileSync(payload, 'utf8') : null;
  if (fault === 'held') process.once('message', (told) => process.send?.(told));
  else process.send?.(answer(replaces, fault));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

function answer(replaces: boolean, reason: string | null): WorkerMessage {
  if (replaces) return { type: 'failed', reason: 'not ready within 30 s: chain_unverified' };
  if (reason === 'SIGKILL') process.kill(process.pid, reason);
  if (reason !== null) return { type: 'failed', reason };
  return { type: 'ready', url: 'http://127.0.0.1:1' };
}
