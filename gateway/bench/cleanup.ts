import { BenchError } from './bench-error.ts';

/** Stops what was started, in reverse, and removes what it wrote. */
export class Cleanup {
  readonly #starting: Promise<unknown>[] = [];
  readonly #steps: (() => Promise<void> | void)[] = [];
  #over = false;

  /** Starts something that stops with the rest. Throws BenchError `interrupted` once the end has begun. */
  async start<T extends { readonly stop: () => Promise<void> }>(starting: () => Promise<T>): Promise<T> {
    if (this.#over) throw new BenchError('interrupted', 'interrupted');
    const started = starting().then((one) => {
      this.#steps.push(one.stop);
      return one;
    });
    this.#starting.push(started.catch(() => undefined));
    return await started;
  }

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** Waits for what is still coming up: cut off half-way, it would leave its own children and files behind. */
  async run(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#starting);
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}
