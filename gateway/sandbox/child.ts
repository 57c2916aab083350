import { type ChildProcess, fork } from 'node:child_process';
import { childMessageSchema, type ReadyMessage, type StartMessage } from '../../adapters/sandbox/protocol.ts';

const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 3_000;

/** The child process that plays the provinces and the venues' authorization server. */
export interface SandboxChild {
  readonly ready: ReadyMessage;
  readonly stop: () => Promise<void>;
}

/** Starts the sandbox and waits until everything in it listens. Throws with the child's own reason. */
export async function startSandbox(start: Omit<StartMessage, 'type'>): Promise<SandboxChild> {
  const child = fork(new URL('../../adapters/sandbox/main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const ready = await readyMessage(child, start);
    return { ready, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function readyMessage(child: ChildProcess, start: Omit<StartMessage, 'type'>): Promise<ReadyMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the sandbox was not ready in time')), READY_WITHIN_MS);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.removeAllListeners();
      act();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) => settle(() => reject(new Error(`the sandbox ended early (${code ?? 'killed'})`))));
    child.once('message', (message) => {
      const parsed = childMessageSchema.safeParse(message);
      if (parsed.success && parsed.data.type === 'ready') {
        const { data } = parsed;
        settle(() => resolve(data));
      } else {
        settle(() =>
          reject(
            new Error(
              parsed.success ? `the sandbox failed: ${reasonOf(parsed.data)}` : 'the sandbox sent no ready message',
            ),
          ),
        );
      }
    });
    child.send({ type: 'start', ...start });
  });
}

function reasonOf(message: { type: string; reason?: string }): string {
  return message.reason ?? message.type;
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
