import { type DestinationStream, pino } from 'pino';

/** Where lines go in the end. */
interface Sink {
  readonly write: (text: string) => void;
  /** Has what was written out of this process before it returns. */
  readonly flushSync: () => void;
}

/** Lines are written together once they are so many characters, or so old: a system call for each costs more than the line. */
const TOGETHER_LENGTH = 32_768;
const TOGETHER_MS = 200;

/**
 * Gathers lines. The library's own gathering measures all that it has gathered again with every line, which costs several
 * times as much as writing the line.
 */
export class GatheredLines implements DestinationStream {
  readonly #sink: Sink;
  #gathered = '';

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#gathered += line;
    if (this.#gathered.length >= TOGETHER_LENGTH) this.#pass();
  }

  /** Hands on what there is. */
  flush(done?: () => void): void {
    this.#pass();
    done?.();
  }

  /** The process ends: nothing that is handed on later would come out. */
  end(): void {
    this.#pass();
    this.#sink.flushSync();
  }

  #pass(): void {
    const text = this.#gathered;
    this.#gathered = '';
    if (text !== '') this.#sink.write(text);
  }
}

let onStderr: GatheredLines | null = null;

/** This process's own, on stderr: one for all its logs, so that their lines stay in order. */
export function linesOnStderr(): GatheredLines {
  onStderr ??= openOnStderr();
  return onStderr;
}

function openOnStderr(): GatheredLines {
  const stderr = pino.destination({ dest: 2, sync: false });
  const lines = new GatheredLines({
    write: (text) => void stderr.write(text),
    flushSync: () => stderr.flushSync(),
  });
  setInterval(() => lines.flush(), TOGETHER_MS).unref();
  // Before the library's own, which closes what it has written.
  process.once('beforeExit', () => lines.flush());
  process.once('exit', () => {
    try {
      lines.end();
    } catch {
      // The library has closed it, with all that there was.
    }
  });
  return lines;
}
