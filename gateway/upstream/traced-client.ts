import { type Attributes, context, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { newTrace, TRACE_HEADER, traceHeader } from './trace.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** What a log line says of one request to a node: an HTTP status or the closed code of a failure, and its time in ms. */
export interface TracedRequest {
  readonly trace_id: string;
  readonly outcome: string;
  readonly took_ms: number;
}

interface Told {
  readonly onSent: (sent: TracedRequest) => void;
  /** What its span says of it, where spans are recorded. */
  readonly attributes: Attributes;
}

type Mark = (request: UpstreamRequest) => UpstreamRequest;

const FIRST_FAULT = 500;
const tracer = trace.getTracer('huren');
/** Spans that a question belongs to already. */
const withQuestion = new WeakSet<Span>();

/** The wire to a node, with a trace of its own for every request: never a venue's, by which venues could be told apart. */
export function tracedClient(client: UpstreamClient, { onSent, attributes }: Told): UpstreamClient {
  async function traced(send: (mark: Mark) => Promise<UpstreamReply>): Promise<UpstreamReply> {
    const span = startQuestion(attributes);
    const { traceId, header } = traceOf(span);
    const started = performance.now();
    const tell = (outcome: string) => {
      onSent({ trace_id: traceId, outcome, took_ms: Math.round(performance.now() - started) });
      span.setAttribute('huren.outcome', outcome);
      if (!(Number(outcome) < FIRST_FAULT)) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    try {
      const reply = await send((request) => ({
        ...request,
        headers: { ...request.headers, [TRACE_HEADER]: header },
      }));
      tell(String(reply.status));
      return reply;
    } catch (error) {
      tell(error instanceof UpstreamError ? error.code : 'internal');
      throw error;
    }
  }
  return {
    ...client,
    fetch: (request) => traced((mark) => client.fetch(mark(request))),
    fetchMade: (make, lines) => traced((mark) => client.fetchMade(() => mark(make()), lines)),
  };
}

/**
 * The span of a question, in the trace of the scan that it is for. The next question of the same request has a trace of its
 * own, which only here is known to belong to it: whoever is asked must not learn which questions a venue asked together.
 */
function startQuestion(attributes: Attributes): Span {
  const asking = trace.getSpan(context.active());
  const options = { kind: SpanKind.CLIENT, attributes };
  if (asking?.isRecording() !== true) return tracer.startSpan('question', { ...options, root: true });
  if (withQuestion.has(asking)) {
    return tracer.startSpan('question', { ...options, root: true, links: [{ context: asking.spanContext() }] });
  }
  withQuestion.add(asking);
  return tracer.startSpan('question', options);
}

function traceOf(span: Span): { readonly traceId: string; readonly header: string } {
  if (!span.isRecording()) {
    const unrecorded = newTrace();
    return { traceId: unrecorded.traceId, header: traceHeader(unrecorded) };
  }
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = (traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01';
  return { traceId, header: `00-${traceId}-${spanId}-${flags}` };
}
