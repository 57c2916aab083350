import {
  type Attributes,
  type AttributeValue,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import type { EndedSpan } from './otlp.ts';

interface Begun {
  readonly name: string;
  readonly context: SpanContext;
  readonly parentSpanId: string | null;
  readonly options: SpanOptions;
  readonly onEnd: (span: EndedSpan) => void;
}

/** A span that is recorded. Events and exceptions are not: their words could quote what a client or a province sent. */
export class RecordedSpan implements Span {
  readonly #begun: Begun;
  readonly #startTime: HrTime = now();
  readonly #attributes: Attributes;
  readonly #links: Link[];
  #name: string;
  #status: SpanStatus = { code: SpanStatusCode.UNSET };
  #hasEnded = false;

  constructor(begun: Begun) {
    this.#begun = begun;
    this.#name = begun.name;
    this.#attributes = { ...begun.options.attributes };
    this.#links = [...(begun.options.links ?? [])];
  }

  spanContext(): SpanContext {
    return this.#begun.context;
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.#attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.#attributes, attributes);
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(link: Link): this {
    this.#links.push(link);
    return this;
  }

  addLinks(links: Link[]): this {
    this.#links.push(...links);
    return this;
  }

  setStatus({ code }: SpanStatus): this {
    this.#status = { code };
    return this;
  }

  updateName(name: string): this {
    this.#name = name;
    return this;
  }

  recordException(): void {
    this.#status = { code: SpanStatusCode.ERROR };
  }

  isRecording(): boolean {
    return !this.#hasEnded;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { context, parentSpanId, options, onEnd } = this.#begun;
    onEnd({
      name: this.#name,
      kind: options.kind ?? SpanKind.INTERNAL,
      context,
      parentSpanId,
      links: this.#links,
      startTime: this.#startTime,
      endTime: now(),
      attributes: this.#attributes,
      status: this.#status,
    });
  }
}

function now(): HrTime {
  const ms = performance.timeOrigin + performance.now();
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1_000_000];
}
