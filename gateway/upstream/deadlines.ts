/** When something has to be over. What `onOver` is at that moment is called, once. */
export interface Deadline {
  readonly isOver: boolean;
  onOver: (() => void) | null;
  /** It came to an end before. */
  readonly end: () => void;
}

/**
 * Deadlines that are all as far off, under one timer: the first that began is the first that ends, so only its time has to
 * be waited for. A timer for each would be made and thrown away with every request.
 */
export class Deadlines {
  readonly #lifeMs: number;
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | null = null;

  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  begin(): Deadline {
    const deadline = new Running(performance.now() + this.#lifeMs, this.#running);
    this.#running.add(deadline);
    this.#timer ??= setTimeout(() => this.#look(), this.#lifeMs);
    return deadline;
  }

  /** Has whoever waits wait no more, without a word: nobody is left to hear it. */
  close(): void {
    this.#running.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    this.#timer = null;
    const nowMs = performance.now();
    for (const deadline of this.#running) {
      const leftMs = deadline.untilMs - nowMs;
      if (leftMs > 0) {
        // Whole milliseconds are what timers know; one that comes too early would look again at once.
        this.#timer = setTimeout(() => this.#look(), Math.ceil(leftMs));
        return;
      }
      deadline.over();
    }
  }
}

class Running implements Deadline {
  readonly untilMs: number;
  isOver = false;
  onOver: (() => void) | null = null;
  readonly #running: Set<Running>;

  constructor(untilMs: number, running: Set<Running>) {
    this.untilMs = untilMs;
    this.#running = running;
  }

  end(): void {
    this.#running.delete(this);
  }

  over(): void {
    this.end();
    this.isOver = true;
    this.onOver?.();
  }
}
