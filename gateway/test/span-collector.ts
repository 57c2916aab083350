import { createServer } from 'node:http';
import { z } from 'zod';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';

const spanSchema = z.looseObject({
  traceId: z.string().regex(/^[\da-f]{32}$/),
  spanId: z.string().regex(/^[\da-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes: z.array(z.object({ key: z.string(), value: z.looseObject({}) })),
});
const requestSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

export type CollectedSpan = z.infer<typeof spanSchema>;

/** What OpenTelemetry's collector would be sent, by OTLP/HTTP in JSON. */
export interface SpanCollector {
  readonly url: string;
  readonly spans: () => readonly CollectedSpan[];
  /** Everything that was received, headers included. */
  readonly received: () => string;
  readonly stop: () => void;
}

/** Starts a collector that keeps what it is sent. */
export async function startSpanCollector(): Promise<SpanCollector> {
  const bodies: string[] = [];
  const heads: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      heads.push(`${request.url} ${JSON.stringify(request.headers)}`);
      bodies.push(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    spans: () =>
      bodies.flatMap((body) =>
        requestSchema
          .parse(JSON.parse(body))
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    received: () => [...heads, ...bodies].join('\n'),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
