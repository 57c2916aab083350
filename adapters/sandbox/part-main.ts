import './quiet-notices.ts';

import { startPart } from './part.ts';
import { type PartMessage, startPartSchema } from './part-protocol.ts';

/* One part of a nation as a process of its own. It waits for one `start` message and never outlives its parent. */

process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));

process.once('message', (message) => {
  start(message).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.slice(0, 500) : 'the part could not start';
    tell({ type: 'failed', reason }, () => process.exit(1));
  });
});

async function start(message: unknown): Promise<void> {
  tell(await startPart(startPartSchema.parse(message), Date.now), () => undefined);
}

function tell(message: PartMessage, then: () => void): void {
  process.send?.(message, then);
}
