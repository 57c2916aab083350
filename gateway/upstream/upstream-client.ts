import { errors, Pool } from 'undici';
import type { UpstreamFetch, UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { Manifest } from '../../schemas/manifest.ts';

/** The wire to one province: bounded connections, bounded queue, bounded reply, one deadline, no redirects. */
export interface UpstreamClient {
  readonly fetch: UpstreamFetch;
  readonly close: () => Promise<void>;
}

/**
 * Opens the pool for one manifest. `origin` replaces the manifest's own host where the sandbox stands in for it.
 * `fetch` throws UpstreamError and nothing else.
 */
export function openUpstreamClient(limits: Manifest['upstream'], origin: string): UpstreamClient {
  const base = new URL(origin);
  const pathPrefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: limits.max_connections,
    pipelining: 1,
    connect: { timeout: limits.timeout_ms },
    headersTimeout: limits.timeout_ms,
    bodyTimeout: limits.timeout_ms,
    keepAliveTimeout: 30_000,
  });
  let inFlight = 0;

  async function fetch(request: UpstreamRequest): Promise<UpstreamReply> {
    if (inFlight >= limits.max_connections + limits.max_queue) {
      throw new UpstreamError('busy', 'too many requests are waiting for this province');
    }
    inFlight += 1;
    try {
      const reply = await pool.request({
        method: request.method,
        path: `${pathPrefix}${request.path}`,
        headers: { ...request.headers },
        body: request.body ?? null,
        signal: AbortSignal.timeout(limits.timeout_ms),
      });
      const body = await readBounded(reply.body, limits.max_reply_bytes);
      return { status: reply.statusCode, headers: flatHeaders(reply.headers), body };
    } catch (error) {
      throw upstreamErrorOf(error);
    } finally {
      inFlight -= 1;
    }
  }

  return { fetch, close: () => pool.destroy() };
}

async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UpstreamError('oversize', 'the reply is larger than the manifest allows');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

/** Sorts what undici and the socket throw into our closed codes; the original stays as the cause, unlogged. */
function upstreamErrorOf(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  ) {
    return new UpstreamError('timeout', 'the province did not answer in time', { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH') {
    return new UpstreamError('connect_failed', 'the province could not be reached', { cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    return new UpstreamError('malformed', 'the province did not speak HTTP', { cause: error });
  }
  return new UpstreamError('reset', 'the connection to the province broke', { cause: error });
}
