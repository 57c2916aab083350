import { Pool } from 'undici';
import type { UpstreamFetch, UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { UpstreamBusy } from '../../adapters/upstream-error.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { Deadlines } from './deadlines.ts';
import { type ExchangeTerms, exchange, type LineReader, Unanswered } from './exchange.ts';
import { RetryBudget } from './retry-budget.ts';
import { type ClientIdentity, checkOrigin, type Guard, guardedConnector } from './ssrf-guard.ts';
import { wireFaultOf } from './wire-fault.ts';

/** The wire to one province: bounded connections, bounded queue, bounded reply, one deadline, no redirects. */
export interface UpstreamClient {
  readonly fetch: UpstreamFetch;
  /**
   * The same for what must not be sent twice, such as a nonce: the request is made anew for each attempt. Where `lines` is
   * given, a reply of status 200 is lines, which it is handed as they come, each bounded in size; `body` is empty then.
   */
  readonly fetchMade: (make: MakeRequest, lines?: LineReader) => Promise<UpstreamReply>;
  /** How many requests it gets at once, at the moment. */
  readonly concurrency: () => number;
  /** The other side said that it is asked too much, and perhaps for how long. */
  readonly lower: (retryAfterMs: number | null) => void;
  /** It gave somebody an answer. */
  readonly answered: () => void;
  readonly close: () => Promise<void>;
}

export type MakeRequest = () => UpstreamRequest;

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
  const deadlines = new Deadlines(limits.timeout_ms);
  const pool = new Pool(base.origin, {
    connections: limits.max_connections,
    pipelining: 1,
    connect: guardedConnector(guard, limits.timeout_ms, identity),
    // A deadline of ours is over all of it: the pool's own begin anew with every chunk.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  });

  /** One promise for all of it: one for each step would be a fifth of what the wire costs. */
  function sendOnceOrTwice(make: MakeRequest, terms: ExchangeTerms): Promise<UpstreamReply> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(wireFaultOf(error instanceof Unanswered ? error.cause : error));
      const send = (failed: (error: unknown) => void) => {
        try {
          const request = make();
          const whole = pathPrefix === '' ? request : { ...request, path: `${pathPrefix}${request.path}` };
          exchange(pool, whole, terms, resolve, failed);
        } catch (error) {
          fail(error);
        }
      };
      retries.noteRequest();
      send((error) => {
        if (!mayRetry(error) || terms.deadline.isOver || !retries.trySpend()) fail(error);
        else send(fail);
      });
    });
  }

  let isAllowed = false;
  function fetchMade(make: MakeRequest, lines?: LineReader): Promise<UpstreamReply> {
    try {
      if (!isAllowed) checkOrigin(base, guard);
      isAllowed = true;
    } catch (error) {
      return Promise.reject(wireFaultOf(error));
    }
    const deadline = deadlines.begin();
    const { max_reply_bytes: maxBytes } = limits;
    return concurrency.run(deadline, (begun) => sendOnceOrTwice(make, { deadline, maxBytes, lines, begun }));
  }

  return {
    fetch: (request) => fetchMade(() => request),
    fetchMade,
    concurrency: () => concurrency.limit,
    lower: (retryAfterMs) => concurrency.lower(retryAfterMs),
    answered: () => concurrency.answered(),
    close: async () => {
      await pool.destroy();
      deadlines.close();
    },
  };
}

/** Has the wire hear what came of a question: an answer, or that the other side is asked too much. */
export function heardBy<Answer>(client: UpstreamClient, asked: Promise<Answer>): Promise<Answer> {
  return asked.then(
    (answer) => {
      client.answered();
      return answer;
    },
    (error: unknown) => {
      if (error instanceof UpstreamBusy) client.lower(error.retryAfterMs);
      throw error;
    },
  );
}

function mayRetry(error: unknown): boolean {
  if (!(error instanceof Unanswered)) return false;
  const { code } = wireFaultOf(error.cause);
  return code === 'connect_failed' || code === 'reset';
}
