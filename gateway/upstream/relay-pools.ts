import { LRUCache } from 'lru-cache';
import type { Manifest } from '../../schemas/manifest.ts';
import { HOPS_HEADER, WITHIN_HEADER } from '../../schemas/statement-exchange.ts';
import { MAX_NODE_REPLY_BYTES } from './node-client.ts';
import { madeOnce, RETURN_MS } from './node-wire.ts';
import { type Guarded, guardAsk } from './province-breaker.ts';
import { TRACE_HEADER, type Trace, traceHeader } from './trace.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** Somebody else's question on its way to an issuer. `body` is handed on as it came, `hops` counts that issuer too. */
export interface RelayedQuestion {
  readonly authorization: string;
  readonly body: string;
  readonly hops: number;
  readonly withinMs: number;
  /** Null: its asker named none. */
  readonly trace: Trace | null;
}

/** What the issuer answered: nothing of it is read here. */
export interface RelayedReply {
  readonly status: number;
  /** How long it wants to be left alone, in its own words; null: it does not say. */
  readonly retryAfter: string | null;
  readonly body: Uint8Array;
}

interface Pool {
  readonly guarded: Guarded<RelayedQuestion & { readonly token: string }, RelayedReply>;
  readonly client: UpstreamClient;
}

/** More issuers than a nation has. */
const MOST_POOLS = 256;
/** Seconds or a date. */
const RETRY_AFTER = /^[\w ,:+-]{1,40}$/;
const LIMITS = { timeout_ms: 10_000, max_connections: 64, max_queue: 2_000, max_reply_bytes: MAX_NODE_REPLY_BYTES };

/** The wires to issuers that others are relayed to, each with its own pool and breaker. */
export class RelayPools {
  readonly #pools = new LRUCache<string, Pool>({ max: MOST_POOLS, dispose: closePool });
  readonly #openNode: (limits: Manifest['upstream'], node: string) => UpstreamClient;

  constructor(openNode: (limits: Manifest['upstream'], node: string) => UpstreamClient) {
    this.#openNode = openNode;
  }

  /** Hands a question on within the time that its asker still waits. Throws UpstreamError. */
  ask(issuer: string, question: RelayedQuestion): Promise<RelayedReply> {
    // Each is good for one question, so that no two have one name.
    return this.#pool(issuer).guarded.ask({ ...question, token: question.authorization }, question.withinMs);
  }

  close(): void {
    this.#pools.clear();
  }

  #pool(issuer: string): Pool {
    const known = this.#pools.get(issuer);
    if (known !== undefined) return known;
    const client = this.#openNode({ ...LIMITS, base_url: issuer }, issuer);
    const pool = {
      client,
      guarded: guardAsk(
        (question: RelayedQuestion & { readonly token: string }) => send(client, question),
        () => undefined,
        LIMITS.timeout_ms,
      ),
    };
    this.#pools.set(issuer, pool);
    return pool;
  }
}

async function send(
  client: UpstreamClient,
  { authorization, body, hops, withinMs, trace }: RelayedQuestion,
): Promise<RelayedReply> {
  const request = {
    method: 'POST' as const,
    path: '/v1/statements',
    headers: {
      'content-type': 'application/json',
      authorization,
      [HOPS_HEADER]: String(hops),
      [WITHIN_HEADER]: String(Math.max(1, Math.floor(withinMs) - RETURN_MS)),
      ...(trace === null ? {} : { [TRACE_HEADER]: traceHeader(trace) }),
    },
    body,
  };
  const reply = await client.fetchMade(madeOnce(request));
  const retryAfter = reply.headers['retry-after'];
  const isReadable = retryAfter !== undefined && RETRY_AFTER.test(retryAfter);
  return { status: reply.status, retryAfter: isReadable ? retryAfter : null, body: reply.body };
}

function closePool({ client, guarded }: Pool): void {
  guarded.close();
  void client.close();
}
