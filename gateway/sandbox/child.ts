import { childMessageSchema, type ReadyMessage, type StartMessage } from '../../adapters/sandbox/protocol.ts';
import { programFile } from '../compose/program-file.ts';
import { type ChildAnswer, startChild } from '../compose/start-child.ts';
import { requireSandboxPackages } from './optional-packages.ts';

/** The child process that plays the provinces and the venues' authorization server. */
export interface SandboxChild {
  readonly ready: ReadyMessage;
  readonly stop: () => Promise<void>;
}

/** Starts the sandbox and waits until everything in it listens. Throws ConfigError, or with the child's own reason. */
export async function startSandbox(start: Omit<StartMessage, 'type'>): Promise<SandboxChild> {
  requireSandboxPackages();
  const child = startChild({
    name: 'the sandbox',
    file: programFile(new URL('../../adapters/sandbox/main.ts', import.meta.url)),
    message: { type: 'start', ...start },
    read: answerOf,
    onWaiting: sayWaiting,
  });
  try {
    return { ready: await child.ready, stop: child.stop };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

function answerOf(message: unknown): ChildAnswer<ReadyMessage> {
  const parsed = childMessageSchema.safeParse(message);
  if (!parsed.success) return { failed: 'it sent no ready message' };
  return parsed.data.type === 'ready' ? { ready: parsed.data } : { failed: parsed.data.reason };
}

function sayWaiting(waitedMs: number): void {
  const waitedS = Math.round(waitedMs / 1000);
  console.error(`huren: 等待模拟省份就绪 · waiting for the simulated provinces (${waitedS} s)`);
}
