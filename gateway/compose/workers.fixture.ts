import { existsSync, readFileSync } from 'node:fs';
import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/*
 * A worker that serves nothing: the first ones are ready, and one for which another goes is not. Where a file is there that
 * the payload names, nobody is ready, for the reason in it; where that is a signal, it ends by it and says nothing.
 */
process.once('message', (message) => {
  const { replaces, payload } = startWorkerSchema.parse(message);
  process.send?.(answer(replaces, typeof payload === 'string' ? payload : null));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

function answer(replaces: boolean, fault: string | null): WorkerMessage {
  if (replaces) return { type: 'failed', reason: 'not ready within 30 s: chain_unverified' };
  const reason = fault !== null && existsSync(fault) ? readFileSync(fault, 'utf8') : null;
  if (reason === 'SIGKILL') process.kill(process.pid, reason);
  if (reason !== null) return { type: 'failed', reason };
  return { type: 'ready', url: 'http://127.0.0.1:1' };
}
