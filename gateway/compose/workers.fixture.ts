import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/* A worker that serves nothing: the first ones are ready, and one for which another goes is not. */
process.once('message', (message) => {
  const { replaces } = startWorkerSchema.parse(message);
  const said: WorkerMessage = replaces
    ? { type: 'failed', reason: 'not ready within 30 s: chain_unverified' }
    : { type: 'ready', url: 'http://127.0.0.1:1' };
  process.send?.(said);
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
