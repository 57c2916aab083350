const MINUTES = 60;
const MINUTE_MS = 60_000;

export interface WindowSums {
  readonly base: number;
  readonly events: number;
}

/** Two counters by the minute over the last hour. Of fixed size, whatever the traffic. */
export class SignalWindow {
  /** The minute that each slot counts: a slot of another hour is worth nothing. */
  readonly #minuteOf = new Float64Array(MINUTES);
  readonly #base = new Float64Array(MINUTES);
  readonly #events = new Float64Array(MINUTES);

  count(isEvent: boolean, atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    const slot = minute % MINUTES;
    if (this.#minuteOf[slot] !== minute) {
      this.#minuteOf[slot] = minute;
      this.#base[slot] = 0;
      this.#events[slot] = 0;
    }
    this.#base[slot] = (this.#base[slot] ?? 0) + 1;
    if (isEvent) this.#events[slot] = (this.#events[slot] ?? 0) + 1;
  }

  sums(nowMs: number): WindowSums {
    const now = Math.floor(nowMs / MINUTE_MS);
    let base = 0;
    let events = 0;
    // By position: sums are asked for at every scan, and an iterator makes a pair for each of sixty slots.
    for (let slot = 0; slot < MINUTES; slot += 1) {
      const minute = this.#minuteOf[slot] ?? 0;
      if (minute <= now - MINUTES || minute > now) continue;
      base += this.#base[slot] ?? 0;
      events += this.#events[slot] ?? 0;
    }
    return { base, events };
  }
}
