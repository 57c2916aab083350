import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Outcome } from '../../schemas/driver-exchange.ts';
import type { DriverContext, UpstreamFetch } from './driver.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are, anything else as JSON. */
  readonly body: unknown;
}

/** The envelope that the drivers' tests speak. */
export const OUTCOME: Outcome = { at: '/code', found: [0], expired: [111], unknown: [404], refused: [116] };
export const NOW_MS = Date.parse('2022-03-10T00:00:00Z');

/**
 * A system on a loopback port, spoken to over real HTTP, and a driver context for it. `secrets` is what the operator
 * provided; the clock stands still until a test moves it, nonces count up. Closed when the test ends.
 */
export async function openLoopback(secrets: Readonly<Record<string, string>>, handle: (request: Received) => Answer) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(seen);
      const { status = 200, headers = { 'content-type': 'application/json' }, body } = handle(seen);
      const asIs = typeof body === 'string' || body instanceof Uint8Array;
      response.writeHead(status, headers).end(asIs ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { received, ...contextFor(`http://127.0.0.1:${port}`, secrets) };
}

function contextFor(origin: string, secrets: Readonly<Record<string, string>>) {
  const clock = { nowMs: NOW_MS };
  let nonces = 0;
  const fetchUpstream: UpstreamFetch = async ({ method, path, headers, body }) => {
    const reply = await fetch(`${origin}${path}`, { method, headers, body: body ?? null, redirect: 'manual' });
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: new Uint8Array(await reply.arrayBuffer()),
    };
  };
  const context: DriverContext = {
    fetch: fetchUpstream,
    nowMs: () => clock.nowMs,
    nonce: () => `nonce-${++nonces}`,
    secret: (name) => secrets[name] ?? `no secret ${name}`,
  };
  return { clock, context };
}

/** A member of a JSON body; undefined when there is none. */
export function memberOf(body: string, name: string): unknown {
  const value: unknown = JSON.parse(body);
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}
