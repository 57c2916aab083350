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

type Mark = (request: UpstreamRequest) => UpstreamRequest;

/** The wire to a node, with a trace of its own for every request: never a venue's, by which venues could be told apart. */
export function tracedClient(client: UpstreamClient, onSent: (sent: TracedRequest) => void): UpstreamClient {
  async function traced(send: (mark: Mark) => Promise<UpstreamReply>): Promise<UpstreamReply> {
    const trace = newTrace();
    const started = performance.now();
    const tell = (outcome: string) =>
      onSent({ trace_id: trace.traceId, outcome, took_ms: Math.round(performance.now() - started) });
    try {
      const reply = await send((request) => ({
        ...request,
        headers: { ...request.headers, [TRACE_HEADER]: traceHeader(trace) },
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
