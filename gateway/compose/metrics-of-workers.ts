import { AggregatorRegistry } from 'prom-client';
import { fromWorkerSchema, type ToWorker, type WorkerMetric } from './worker-messages.ts';

/** A scraper waits ten seconds; a process that is busy for longer is counted as it last was. */
const WITHIN_MS = 2_000;
/** What only ever grows. A gauge of a process that has gone says nothing any more. */
const COUNTED: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

/** A process whose metrics are asked for. */
export interface MeteredProcess {
  readonly isConnected: () => boolean;
  readonly send: (message: ToWorker) => void;
}

/**
 * The metrics of a node of several processes, whichever of them is scraped: counters added up, gauges as each says for
 * itself (`aggregator`). What a process had counted stays counted when it has gone, since a sum that falls is read by
 * Prometheus as a restart, and everything before it as new.
 */
export class MetricsOfWorkers<Process extends MeteredProcess> {
  /** As each was last heard. */
  readonly #last = new Map<Process, readonly WorkerMetric[]>();
  readonly #waiting = new Map<number, (process: Process) => void>();
  readonly #withinMs: number;
  #gone: readonly WorkerMetric[] = [];
  #leaving: Promise<void> = Promise.resolve();
  #questions = 0;

  constructor({ withinMs = WITHIN_MS }: { readonly withinMs?: number } = {}) {
    this.#withinMs = withinMs;
  }

  /** A process is there: from now on it is asked. */
  joined(process: Process): void {
    this.#last.set(process, []);
  }

  /** A process has gone. */
  left(process: Process): Promise<void> {
    // One after another: each adds to what those before it have left.
    this.#leaving = this.#leaving.then(() => this.#keepCountsOf(process));
    return this.#leaving;
  }

  /** Takes what a process says; anything that is none of this is somebody else's. */
  hear(process: Process, message: unknown): void {
    const said = fromWorkerSchema.safeParse(message).data;
    if (said === undefined) return;
    if (said.type === 'metrics_of_all_wanted') {
      const { question } = said;
      this.text().then(
        (text) => tell(process, { type: 'metrics_of_all', question, text }),
        () => undefined,
      );
      return;
    }
    if (this.#last.has(process)) this.#last.set(process, said.metrics);
    if (said.question !== null) this.#waiting.get(said.question)?.(process);
  }

  /** All of them in the text form of Prometheus. */
  async text(): Promise<string> {
    await this.#askAll();
    return await AggregatorRegistry.aggregate([this.#gone, ...this.#last.values()]).metrics();
  }

  async #keepCountsOf(process: Process): Promise<void> {
    const counted = (this.#last.get(process) ?? []).filter(({ type }) => COUNTED.has(String(type)));
    const gone = await AggregatorRegistry.aggregate([this.#gone, counted]).getMetricsAsJSON();
    // In one moment: who scrapes in between would see the sum fall.
    this.#last.delete(process);
    this.#gone = gone;
  }

  async #askAll(): Promise<void> {
    const question = this.#questions;
    this.#questions += 1;
    const asked = new Set([...this.#last.keys()].filter((process) => process.isConnected()));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(question, (process) => {
      asked.delete(process);
      if (asked.size === 0) resolve();
    });
    const timer = setTimeout(resolve, this.#withinMs);
    for (const process of asked) tell(process, { type: 'metrics_wanted', question });
    if (asked.size > 0) await promise;
    clearTimeout(timer);
    this.#waiting.delete(question);
  }
}

/** A process may end between a look and a word. */
function tell(process: MeteredProcess, message: ToWorker): void {
  if (process.isConnected()) process.send(message);
}
