import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Longer than the parent waits for any of us. */
const WITHIN_MS = 4_000;

/** The metrics of all processes of this node, as one of them asks its parent for them. */
export class SiblingMetrics {
  readonly #tell: (message: FromWorker) => void;
  readonly #waiting = new Map<number, (text: string | null) => void>();
  #questions = 0;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  /** Null: the parent did not answer in time. */
  async ofAll(): Promise<string | null> {
    const question = this.#questions;
    this.#questions += 1;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#waiting.set(question, resolve);
    const timer = setTimeout(() => resolve(null), WITHIN_MS);
    this.#tell({ type: 'metrics_of_all_wanted', question });
    const text = await promise;
    clearTimeout(timer);
    this.#waiting.delete(question);
    return text;
  }

  hear({ question, text }: Extract<ToWorker, { readonly type: 'metrics_of_all' }>): void {
    this.#waiting.get(question)?.(text);
  }
}
