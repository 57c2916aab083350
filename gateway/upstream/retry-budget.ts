/** How many retries a question may cost on average, and how many may be saved up. */
const EARNED_PER_REQUEST = 0.1;
const MOST_SAVED = 10;

/**
 * A province's retries as a share of its requests: a token bucket that every request fills by a tenth. When everything
 * fails, retries add ten per cent to a province's load and not a hundred.
 */
export class RetryBudget {
  #saved = MOST_SAVED;

  noteRequest(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + EARNED_PER_REQUEST);
  }

  /** True where a retry may be made; it is spent then. */
  trySpend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
