import type { AdapterId } from '../../schemas/adapter-id.ts';

interface Times {
  meanMs: number;
  spreadMs: number;
}

/** Weight of the newest answer; about the last thirty count. */
const WEIGHT = 1 / 16;
const BOUNDS_MS = { least: 20, most: 1_000, unknown: 250 };

/** How long each system takes to answer, as far as this process saw it. A failure is no answer. */
export class AnswerTimes {
  readonly #times = new Map<AdapterId, Times>();

  note(id: AdapterId, tookMs: number): void {
    const times = this.#times.get(id);
    if (times === undefined) {
      this.#times.set(id, { meanMs: tookMs, spreadMs: tookMs / 2 });
      return;
    }
    times.spreadMs += (Math.abs(tookMs - times.meanMs) - times.spreadMs) * WEIGHT;
    times.meanMs += (tookMs - times.meanMs) * WEIGHT;
  }

  /** Time within which most answers come (mean and three mean deviations), held between sensible bounds. */
  usualMs(id: AdapterId): number {
    const times = this.#times.get(id);
    if (times === undefined) return BOUNDS_MS.unknown;
    return Math.min(Math.max(times.meanMs + 3 * times.spreadMs, BOUNDS_MS.least), BOUNDS_MS.most);
  }
}
