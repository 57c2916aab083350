import './quiet-notices.ts';

import { type ChildMessage, startMessageSchema } from './protocol.ts';
import { startSandbox } from './sandbox.ts';

/*
 * The sandbox child. It waits for one `start` message, answers `ready` or `failed`, and never outlives its parent.
 */

// Ctrl-C and the end of a terminal reach the whole process group, but the gateway still drains requests that need their
// upstream: the end of the IPC channel is what ends this process.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));

if (process.send === undefined) {
  console.error('the sandbox is started by the gateway, over IPC');
  process.exit(2);
}
// The gateway died while this process was being loaded: nobody will say it again.
if (!process.connected) process.exit(0);

process.once('message', (message) => {
  start(message).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.slice(0, 500) : 'the sandbox could not start';
    tell({ type: 'failed', reason }, () => process.exit(1));
  });
});

async function start(message: unknown): Promise<void> {
  const { type: _start, ...settings } = startMessageSchema.parse(message);
  const sandbox = await startSandbox(settings, Date.now);
  tell(sandbox.ready, () => undefined);
}

function tell(message: ChildMessage, then: () => void): void {
  process.send?.(message, then);
}
