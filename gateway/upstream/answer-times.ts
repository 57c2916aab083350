import type { ProvinceCode } from '../../schemas/code-lists/index.ts';

interface Times {
  meanMs: number;
  spreadMs: number;
}

/** Weight of the newest answer; about the last thirty count. */
const WEIGHT = 1 / 16;
const BOUNDS_MS = { least: 20, most: 1_000, unknown: 250 };

/** How long each province takes to answer, as far as this process saw it. */
export class AnswerTimes {
  readonly #times = new Map<ProvinceCode, Times>();

  note(province: ProvinceCode, tookMs: number): void {
    const times = this.#times.get(province);
    if (times === undefined) {
      this.#times.set(province, { meanMs: tookMs, spreadMs: tookMs / 2 });
      return;
    }
    times.spreadMs += (Math.abs(tookMs - times.meanMs) - times.spreadMs) * WEIGHT;
    times.meanMs += (tookMs - times.meanMs) * WEIGHT;
  }

  /** Time within which most answers come (mean and three mean deviations), held between sensible bounds. */
  usualMs(province: ProvinceCode): number {
    const times = this.#times.get(province);
    if (times === undefined) return BOUNDS_MS.unknown;
    return Math.min(Math.max(times.meanMs + 3 * times.spreadMs, BOUNDS_MS.least), BOUNDS_MS.most);
  }
}
