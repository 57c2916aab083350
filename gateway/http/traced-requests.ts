import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { TRACE_HEADER, traceIn } from '../upstream/trace.ts';
import { textOf } from './question-headers.ts';

const FIRST_FAULT = 500;
/** Where other nodes ask: only they are followed, since a venue's own trace would tell its questions from others'. */
const OF_NODES = /\/v1\/statements(?:\/batch)?$/;

const tracer = trace.getTracer('huren');
const spans = new WeakMap<ServerResponse, Span>();

/**
 * Has each request be a span, where somebody records any: its method, route and status, and nothing of what was asked or
 * answered. What is done for it belongs to that span.
 */
export function tracedRequests(listener: RequestListener): RequestListener {
  return (request, response) => {
    const span = tracer.startSpan(request.method ?? 'GET', { kind: SpanKind.SERVER }, parentOf(request));
    if (!span.isRecording()) {
      listener(request, response);
      return;
    }
    spans.set(response, span);
    // A client that leaves is no answer: the span ends all the same.
    response.once('close', () => span.end());
    context.with(trace.setSpan(ROOT_CONTEXT, span), listener, undefined, request, response);
  };
}

/** Names the span of a request once it is known what it was: the route, never the path. */
export function nameSpan(response: ServerResponse, method: string | undefined, route: unknown): void {
  const span = spans.get(response);
  if (span === undefined) return;
  const { statusCode } = response;
  const known = typeof route === 'string' ? { 'http.route': route } : {};
  span.updateName(typeof route === 'string' ? `${method} ${route}` : `${method}`);
  span.setAttributes({ 'http.request.method': method ?? '', 'http.response.status_code': statusCode, ...known });
  if (statusCode >= FIRST_FAULT) span.setStatus({ code: SpanStatusCode.ERROR });
}

function parentOf(request: IncomingMessage): Context {
  const heard = OF_NODES.test(request.url ?? '') ? traceIn(textOf(request, TRACE_HEADER)) : null;
  if (heard === null) return ROOT_CONTEXT;
  const { traceId, spanId } = heard;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true });
}
