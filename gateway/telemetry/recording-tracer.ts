import { randomBytes } from 'node:crypto';
import {
  type Context,
  context as contexts,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { EndedSpan } from './otlp.ts';
import { RecordedSpan } from './recorded-span.ts';

/** As many of a trace id's last digits as are compared with the share: fourteen, as other implementations do. */
const COMPARED_DIGITS = 14;

/**
 * Records spans of the share of traces that is wanted. Whether a trace is among them follows from its id alone, so that
 * nodes with the same share record the same traces, and nobody from outside can have more recorded.
 */
export class RecordingTracer implements Tracer, TracerProvider {
  readonly #share: number;
  readonly #onEnd: (span: EndedSpan) => void;

  constructor(share: number, onEnd: (span: EndedSpan) => void) {
    this.#share = share;
    this.#onEnd = onEnd;
  }

  getTracer(): Tracer {
    return this;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = contexts.active()): Span {
    const parent = options.root === true ? undefined : trace.getSpanContext(context);
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
    if (!isWanted(traceId, this.#share)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    return new RecordedSpan({
      name,
      context: { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: TraceFlags.SAMPLED },
      parentSpanId: parent?.spanId ?? null,
      options,
      onEnd: this.#onEnd,
    });
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan(): never {
    throw new Error('spans are started by themselves here');
  }
}

function isWanted(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(-COMPARED_DIGITS), 16) < share * 16 ** COMPARED_DIGITS;
}
