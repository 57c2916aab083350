import { hash, randomBytes } from 'node:crypto';
import { UpstreamError, type UpstreamErrorCode } from '../../adapters/upstream-error.ts';

/** Failures that one code can cause by itself. Of all others the next question may hear something else at once. */
const OF_A_QUESTION: ReadonlySet<UpstreamErrorCode> = new Set([
  'timeout',
  'reset',
  'status',
  'undeclared',
  'malformed',
  'encoding',
  'oversize',
]);
const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 1_000;

interface Failed {
  readonly error: UpstreamError;
  readonly untilMs: number;
}

/**
 * Questions that have just failed, for a moment: a code that its system cannot bear is asked about once in that time,
 * however often it is scanned. Kept in this process alone, under names that nobody outside can make again, with a closed
 * code and no word of the reply. The oldest goes first where there are too many.
 */
export class FailedQuestions {
  readonly #secret = randomBytes(32).toString('base64');
  readonly #failed = new Map<string, Failed>();

  /** The name of a question about one token. */
  nameOf(token: string): string {
    return hash('sha256', `${this.#secret}${token}`, 'base64');
  }

  /** How a question failed a moment ago; null where it may be asked. `name` is read only where it is needed. */
  recall(name: () => string, nowMs: number): UpstreamError | null {
    if (this.#failed.size === 0) return null;
    const failed = this.#failed.get(name());
    return failed !== undefined && nowMs < failed.untilMs ? failed.error : null;
  }

  remember(name: () => string, { code, message }: UpstreamError, nowMs: number): void {
    if (!OF_A_QUESTION.has(code)) return;
    this.#dropBefore(nowMs);
    const known = name();
    this.#failed.delete(known);
    this.#failed.set(known, { error: new UpstreamError(code, message), untilMs: nowMs + REMEMBERED_MS });
  }

  forget(): void {
    this.#failed.clear();
  }

  /** All are remembered for the same time, so the oldest ends first. */
  #dropBefore(nowMs: number): void {
    for (const [name, { untilMs }] of this.#failed) {
      if (nowMs < untilMs && this.#failed.size < MOST_REMEMBERED) return;
      this.#failed.delete(name);
    }
  }
}
