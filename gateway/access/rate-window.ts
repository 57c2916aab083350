interface Window {
  readonly untilMs: number;
  taken: number;
}

/**
 * Counts what each takes within a window that begins with the first it takes. Times are milliseconds of one clock that does
 * not go back. All windows are as long, so that the first that began is the first to be forgotten.
 */
export class RateWindow {
  readonly #most: number;
  readonly #lengthMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(most: number, lengthMs: number) {
    this.#most = most;
    this.#lengthMs = lengthMs;
  }

  /** Counts `points`, and says for how many milliseconds there is no room; 0 where there was. What is refused counts too. */
  take(who: string, points: number, nowMs: number): number {
    const window = this.#windowOf(who, nowMs);
    window.taken += points;
    return window.taken > this.#most ? window.untilMs - nowMs : 0;
  }

  #windowOf(who: string, nowMs: number): Window {
    const known = this.#windows.get(who);
    if (known !== undefined && nowMs < known.untilMs) return known;
    for (const [name, { untilMs }] of this.#windows) {
      if (nowMs < untilMs) break;
      this.#windows.delete(name);
    }
    const window = { untilMs: nowMs + this.#lengthMs, taken: 0 };
    this.#windows.set(who, window);
    return window;
  }
}
