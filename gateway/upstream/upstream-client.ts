import { Pool } from 'undici';
import type { UpstreamFetch, UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { UpstreamBusy } from '../../adapters/upstream-error.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { readBoundedBytes } from './bounded-body.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { RetryBudget } from './retry-budget.ts';
import { type ClientIdentity, checkOrigin, type Guard, guardedConnector } from './ssrf-guard.ts';
import { wireFaultOf } from './wire-fault.ts';

/** The wire to one province: bounded connections, bounded queue, bounded reply, one deadline, no redirects. */
export interface UpstreamClient {
  readonly fetch: UpstreamFetch;
  /** How many requests it gets at once, at the moment. */
  readonly concurrency: () => number;
  /** The other side said that it is asked too much, and perhaps for how long. */
  readonly lower: (retryAfterMs: number | null) => void;
  /** It gave somebody an answer. */
  readonly answered: () => void;
  readonly close: () => Promise<void>;
}

/** Where a province is, and what its gateway proves itself with there. */
export interface UpstreamHost {
  /** Replaces the manifest's own host where a simulated one stands in for it; the only host that is ever talked to. */
  readonly origin: string;
  readonly identity?: ClientIdentity;
}

/**
 * Opens the pool for one manifest. `fetch` throws UpstreamError and nothing else; waiting, sending, and sending again
 * all come out of one `timeout_ms`.
 */
export function openUpstreamClient(
  limits: Manifest['upstream'],
  { origin, identity }: UpstreamHost,
  guard: Guard,
): UpstreamClient {
  const base = new URL(origin);
  const pathPrefix = base.pathname.replace(/\/$/, '');
  const concurrency = new ConcurrencyLimit({ most: limits.max_connections, queue: limits.max_queue });
  const retries = new RetryBudget();
  const pool = new Pool(base.origin, {
    connections: limits.max_connections,
    pipelining: 1,
    connect: guardedConnector(guard, limits.timeout_ms, identity),
    headersTimeout: limits.timeout_ms,
    bodyTimeout: limits.timeout_ms,
    keepAliveTimeout: 30_000,
  });

  async function send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply> {
    const reply = await pool
      .request({
        method: request.method,
        path: `${pathPrefix}${request.path}`,
        headers: { ...request.headers },
        body: request.body ?? null,
        signal,
      })
      .catch((error: unknown) => {
        throw new Unanswered(error);
      });
    const body = await readBoundedBytes(reply.body, limits.max_reply_bytes);
    return { status: reply.statusCode, headers: flatHeaders(reply.headers), body };
  }

  async function sendOnceOrTwice(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply> {
    retries.noteRequest();
    try {
      return await send(request, signal);
    } catch (error) {
      if (!mayRetry(error) || signal.aborted || !retries.trySpend()) throw error;
      return await send(request, signal);
    }
  }

  async function fetch(request: UpstreamRequest): Promise<UpstreamReply> {
    const signal = AbortSignal.timeout(limits.timeout_ms);
    try {
      checkOrigin(base, guard);
      return await concurrency.run(signal, () => sendOnceOrTwice(request, signal));
    } catch (error) {
      throw wireFaultOf(error instanceof Unanswered ? error.cause : error);
    }
  }

  return {
    fetch,
    concurrency: () => concurrency.limit,
    lower: (retryAfterMs) => concurrency.lower(retryAfterMs),
    answered: () => concurrency.answered(),
    close: () => pool.destroy(),
  };
}

/** Has the wire hear what came of a question: an answer, or that the other side is asked too much. */
export async function heardBy<Answer>(client: UpstreamClient, asked: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await asked;
    client.answered();
    return answer;
  } catch (error) {
    if (error instanceof UpstreamBusy) client.lower(error.retryAfterMs);
    throw error;
  }
}

/** It failed before the first byte of a reply. Every question here is a query, so it is safe to ask again. */
class Unanswered extends Error {
  constructor(cause: unknown) {
    super('no reply', { cause });
  }
}

function mayRetry(error: unknown): boolean {
  if (!(error instanceof Unanswered)) return false;
  const { code } = wireFaultOf(error.cause);
  return code === 'connect_failed' || code === 'reset';
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
