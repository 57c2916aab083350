import { type ChildProcess, fork } from 'node:child_process';

/** What the first message of a child may be: that it works, or one line that says why not. */
export type ChildAnswer<Ready> = { readonly ready: Ready } | { readonly failed: string };

/** What is said to a child and expected of it. */
export interface ChildTerms<Ready> {
  /** What it is called in messages: `the sandbox`. */
  readonly name: string;
  /** Said to it once, over IPC. */
  readonly message: object;
  readonly read: (message: unknown) => ChildAnswer<Ready>;
  /** Told about every two seconds while it is not ready. */
  readonly onWaiting?: (waitedMs: number) => void;
  readonly limits?: Partial<ChildLimits>;
}

export interface ChildStart<Ready> extends ChildTerms<Ready> {
  readonly file: URL;
}

export interface ChildLimits {
  readonly tickMs: number;
  readonly readyWithinMs: number;
  /** After SIGTERM. */
  readonly stopWithinMs: number;
  /** After SIGKILL: a process that hangs in the kernel must not hang us. */
  readonly killedWithinMs: number;
}

const LIMITS: ChildLimits = { tickMs: 2_000, readyWithinMs: 180_000, stopWithinMs: 3_000, killedWithinMs: 2_000 };

/** A process that was started and is being waited for. */
export interface Child<Ready> {
  readonly pid: number | undefined;
  /** Rejects where the child fails, ends or takes too long. It may still run then: `stop` ends it in every case. */
  readonly ready: Promise<Ready>;
  /** Resolves once the child is gone. Never rejects, never later than its limits, and as often as it is called. */
  readonly stop: () => Promise<void>;
}

/** Forks a file, says one message to it, and waits. Its stderr is ours. */
export function startChild<Ready>(start: ChildStart<Ready>): Child<Ready> {
  return superviseChild(fork(start.file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }), start);
}

/**
 * Says one message to a process that was just forked, and waits. What happens is kept in promises that settle once, by
 * listeners that stay: a late `ready` cannot undo a time-out, and a time-out cannot make `stop` miss the process's end.
 */
export function superviseChild<Ready>(child: ChildProcess, terms: ChildTerms<Ready>): Child<Ready> {
  const limits = { ...LIMITS, ...terms.limits };
  const gone = endOf(child);
  const ready = firstAnswer(child, terms, { limits, gone });
  // Whoever stops it before it is ready need not hear why it was not.
  ready.catch(() => undefined);
  let stopping: Promise<void> | null = null;
  return {
    pid: child.pid,
    ready,
    stop: () => {
      stopping ??= endWithin(child, gone, limits);
      return stopping;
    },
  };
}

/** Resolves with a word about how the process ended. Without a process there is no `exit`, only `error`. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended early (${signal ?? code ?? 'killed'})`));
    // Stays: a message to a child that has just gone is an error too, and unheard it would end this process.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`could not be started (${codeOf(error)})`);
    });
  });
}

async function firstAnswer<Ready>(
  child: ChildProcess,
  terms: ChildTerms<Ready>,
  { limits, gone }: { readonly limits: ChildLimits; readonly gone: Promise<string> },
): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildAnswer<Ready>>();
  child.once('message', (message) => resolve(terms.read(message)));
  void gone.then((how) => reject(new Error(`${terms.name} ${how}`)));
  // Time is counted in ticks of this process: while it is stopped itself (a sleeping machine, a debugger, a starved
  // core) none pass, and a child that was ready meanwhile is heard before it is given up.
  let waitedMs = 0;
  const ticking = setInterval(() => {
    waitedMs += limits.tickMs;
    if (waitedMs >= limits.readyWithinMs) reject(new Error(`${terms.name} was not ready within ${waitedMs / 1000} s`));
    else terms.onWaiting?.(waitedMs);
  }, limits.tickMs);
  child.send(terms.message, () => undefined);
  try {
    const answer = await promise;
    if ('failed' in answer) throw new Error(`${terms.name} failed: ${answer.failed}`);
    return answer.ready;
  } finally {
    clearInterval(ticking);
  }
}

async function endWithin(child: ChildProcess, gone: Promise<string>, limits: ChildLimits): Promise<void> {
  child.kill('SIGTERM');
  if (await within(gone, limits.stopWithinMs)) return;
  child.kill('SIGKILL');
  await within(gone, limits.killedWithinMs);
  // Nothing of it may keep this process alive.
  if (child.connected) child.disconnect();
  child.unref();
}

function within(gone: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    void gone.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}
