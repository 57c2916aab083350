import { existsSync, readFileSync } from 'node:fs';
import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/*
 * A worker that serves nothing: the first ones are ready, and one for which another goes is not. Where a file is there that
 * the payload names, nobody is ready, for the reason in it.
 */
process.once('message', (message) => {
  const { replaces, payload } = startWorkerSchema.parse(message);
  process.send?.(answer(replaces, typeof payload === 'string' ? payload : null));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

function answer(replaces: boolean, fault: string | null): WorkerMessage {
  if (replaces) return { type: 'failed', reason: 'not ready within 30 s: chain_unverified' };
  if (fault !== null && existsSync(fault)) return { type: 'failed', reason: readFileSync(fault, 'utf8') };
  return { type: 'ready', url: 'http://127.0.0.1:1' };
}
