import type { Cli } from './cli.ts';

/** One Ctrl-C reaches this process from the terminal and from every parent that forwards it (npm does). */
const SAME_KEYPRESS_MS = 1000;
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type EndSignal = keyof typeof SIGNAL_NUMBERS;

/** One process or several. `restart` replaces several one after another. */
export interface Running {
  readonly url: string;
  readonly close: () => Promise<void>;
  readonly restart?: () => Promise<void>;
}

/**
 * Closes a gateway on the first SIGINT, SIGTERM or SIGHUP, or when the process that started it is gone; a second signal
 * does not wait. Resolves once it is closed.
 */
export function stopOnSignal(cli: Cli, gateway: Running): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  let firstAtMs: number | null = null;
  const stop = (signal: EndSignal) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      cli.print(cli.say({ zh: '正在停止……', en: 'stopping…' }));
      gateway.close().then(stopped.resolve, stopped.reject);
    } else if (performance.now() - firstAtMs > SAME_KEYPRESS_MS) {
      process.exit(128 + SIGNAL_NUMBERS[signal]);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', (signal: 'SIGHUP') => {
    const { restart } = gateway;
    if (restart === undefined || isOnTerminal()) return stop(signal);
    restart().catch((error: unknown) => {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      const zh = `重启未完成：${reason}；尚未替换的进程继续服务`;
      const en = `the restart did not complete: ${reason}; the processes that were not replaced go on`;
      cli.print(cli.say({ zh, en }));
    });
  });
  // huren.mjs holds the other end; started without it there is no channel.
  if (process.connected) process.once('disconnect', () => stop('SIGTERM'));
  return stopped.promise;
}

/** There SIGHUP means that the terminal is gone, and elsewhere whatever a service makes of it. */
function isOnTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
