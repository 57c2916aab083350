import type { Attributes } from '@opentelemetry/api';
import { type EndedSpan, otlpRequest } from './otlp.ts';

const EVERY_MS = 2_000;
const MOST_AT_ONCE = 512;
/** What waits while a collector is away; beyond it the newest are dropped, since nothing here depends on them. */
const MOST_WAITING = 4_096;
const WITHIN_MS = 5_000;

export interface ExportTerms {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Attributes;
}

/** Hands ended spans to a collector, some at a time. A collector that is away costs spans, and no request anything. */
export class SpanExporter {
  readonly #terms: ExportTerms;
  #waiting: EndedSpan[] = [];
  #sending: Promise<void> | null = null;

  constructor(terms: ExportTerms) {
    this.#terms = terms;
    setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  add(span: EndedSpan): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(span);
  }

  /** Sends what waits. Resolves when it was taken, or given up. */
  async flush(): Promise<void> {
    await this.#sending;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
    });
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const spans = this.#waiting.slice(0, MOST_AT_ONCE);
      this.#waiting = this.#waiting.slice(MOST_AT_ONCE);
      if (!(await this.#send(spans))) return;
    }
  }

  async #send(spans: readonly EndedSpan[]): Promise<boolean> {
    const { url, headers, resource } = this.#terms;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: otlpRequest(resource, spans),
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    }).catch(() => null);
    // One that breaks off now has answered all the same.
    await reply?.body?.cancel().catch(() => undefined);
    return reply?.ok === true;
  }
}
