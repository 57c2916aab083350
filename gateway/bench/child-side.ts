import { type FromChild, toChildSchema } from './child-messages.ts';

/** What a child of the bench offers once it has started. */
export interface Running {
  /** What the bench needs to know about it: where it listens, say. */
  readonly ready: unknown;
  readonly run?: (job: unknown) => Promise<unknown>;
  readonly close: () => Promise<void> | void;
}

/** Makes this process a child of the bench: it starts when told, answers, and never outlives its parent. */
export function serveBench(start: (settings: unknown) => Promise<Running>): void {
  if (process.send === undefined) {
    console.error('started by the benchmark, over IPC');
    process.exit(2);
  }
  let running: Running | null = null;
  let endWatch: (() => Promise<unknown>) | null = null;
  // Ctrl-C reaches the whole process group; the bench decides who stops when.
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => {
    Promise.resolve(running?.close()).finally(() => process.exit(0));
  });
  process.on('message', (message) => {
    answer(message).catch((error: unknown) => {
      tell({ type: 'failed', reason: error instanceof Error ? error.message : 'it failed' });
    });
  });

  async function answer(message: unknown): Promise<void> {
    const asked = toChildSchema.parse(message);
    switch (asked.type) {
      case 'start':
        running = await start(asked.settings);
        return tell({ type: 'ready', ready: running.ready });
      case 'cpu': {
        const { user, system } = process.cpuUsage();
        return tell({ type: 'cpu', microseconds: user + system });
      }
      case 'watch': {
        // Loaded by who is watched alone.
        const { watch } = await import('./observer.ts');
        endWatch = await watch(asked.what);
        return tell({ type: 'done', result: null });
      }
      case 'seen':
        return tell({ type: 'done', result: await endWatch?.() });
      case 'memory': {
        const { keptBytes } = await import('./observer.ts');
        return tell({ type: 'done', result: keptBytes() });
      }
      case 'job':
        return tell({ type: 'done', result: await running?.run?.(asked.job) });
    }
  }
}

function tell(message: FromChild): void {
  process.send?.(message);
}
