import { UpstreamError } from '../../adapters/upstream-error.ts';
import { newTrace, TRACE_HEADER, traceHeader } from './trace.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** What a log line says of one request to a node: an HTTP status or the closed code of a failure, and its time in ms. */
export interface TracedRequest {
  readonly trace_id: string;
  readonly outcome: string;
  readonly took_ms: number;
}

/** The wire to a node, with a trace of its own for every request: never a venue's, by which venues could be told apart. */
export function tracedClient(client: UpstreamClient, onSent: (sent: TracedRequest) => void): UpstreamClient {
  return {
    ...client,
    fetch: async (request) => {
      const trace = newTrace();
      const started = performance.now();
      const tell = (outcome: string) =>
        onSent({ trace_id: trace.traceId, outcome, took_ms: Math.round(performance.now() - started) });
      try {
        const reply = await client.fetch({
          ...request,
          headers: { ...request.headers, [TRACE_HEADER]: traceHeader(trace) },
        });
        tell(String(reply.status));
        return reply;
      } catch (error) {
        tell(error instanceof UpstreamError ? error.code : 'internal');
        throw error;
      }
    },
  };
}
