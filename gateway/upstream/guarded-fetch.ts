import { Agent } from 'undici';
import { readBoundedBytes } from './bounded-body.ts';
import { checkOrigin, type Guard, guardedConnector } from './ssrf-guard.ts';
import { wireFaultOf } from './wire-fault.ts';

export interface Bounds {
  /** For all of it: waiting for a connection, connecting, and the whole reply. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface GuardedReply {
  readonly status: number;
  /** Lower case, without parameters; empty where there is none. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A body that is sent, in full at once. */
export interface SentBody {
  readonly mediaType: string;
  readonly body: string | Uint8Array;
}

export interface GuardedFetch {
  /** GETs one document. Throws UpstreamError where the address is refused, time is up, or it is too large. */
  readonly get: (url: string, bounds?: Partial<Bounds>, headers?: Record<string, string>) => Promise<GuardedReply>;
  /** As `get`, and the document is text in UTF-8. */
  readonly getText: (
    url: string,
  ) => Promise<{ readonly status: number; readonly mediaType: string; readonly body: string }>;
  readonly post: (url: string, sent: SentBody, bounds?: Partial<Bounds>) => Promise<GuardedReply>;
  /** The same with a base URL before every path: one host, such as a registry that is followed. */
  readonly below: (baseUrl: string) => GuardedSource;
  /** What libraries want for a `fetch` (jose, openid-client): a whole reply, bounded; a redirect is an answer. */
  readonly fetch: (url: string, init: LibraryRequest) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface GuardedSource {
  readonly get: (path: string, bounds?: Partial<Bounds>) => Promise<GuardedReply>;
  readonly post: (path: string, sent: SentBody, bounds?: Partial<Bounds>) => Promise<GuardedReply>;
}

export interface LibraryRequest {
  readonly method?: string | undefined;
  readonly headers?: HeadersInit | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

const DOCUMENT: Bounds = { timeoutMs: 3_000, maxBytes: 65_536 };
const CONNECT_WITHIN_MS = 3_000;
/** To one host: a long poll holds one of them, and documents are still asked for beside it. */
const CONNECTIONS = 4;

interface Request {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal | null;
}

/** For hosts whose address another party chose: the same guard as for provinces, and no redirect is followed. */
export function openGuardedFetch(guard: Guard): GuardedFetch {
  const agent = new Agent({ connections: CONNECTIONS, connect: guardedConnector(guard, CONNECT_WITHIN_MS) });

  async function send({ url, method, headers = {}, body = null, signal }: Request, bounds: Partial<Bounds> = {}) {
    const { timeoutMs, maxBytes } = { ...DOCUMENT, ...bounds };
    const { origin, pathname, search } = new URL(url);
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      checkOrigin(new URL(origin), guard);
      const reply = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method,
        headers,
        body,
        signal: signal == null ? limit : AbortSignal.any([limit, signal]),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      return { status: reply.statusCode, headers: reply.headers, bytes: await readBoundedBytes(reply.body, maxBytes) };
    } catch (error) {
      throw wireFaultOf(error);
    }
  }

  async function document(request: Request, bounds?: Partial<Bounds>): Promise<GuardedReply> {
    const { status, headers, bytes } = await send(request, bounds);
    return { status, mediaType: mediaTypeOf(headers['content-type']), bytes };
  }

  const get: GuardedFetch['get'] = (url, bounds, headers = {}) => document({ url, method: 'GET', headers }, bounds);
  const post: GuardedFetch['post'] = (url, { mediaType, body }, bounds) =>
    document({ url, method: 'POST', headers: { 'content-type': mediaType }, body }, bounds);

  return {
    get,
    post,
    getText: async (url) => {
      const { status, mediaType, bytes } = await get(url);
      return { status, mediaType, body: Buffer.from(bytes).toString('utf8') };
    },
    below: (baseUrl) => {
      const base = baseUrl.replace(/\/+$/, '');
      return {
        get: (path, bounds) => get(`${base}${path}`, bounds),
        post: (path, sent, bounds) => post(`${base}${path}`, sent, bounds),
      };
    },
    fetch: async (url, init) => responseOf(await send(libraryRequest(url, init))),
    close: () => agent.destroy(),
  };
}

function libraryRequest(url: string, { method = 'GET', headers, body, signal }: LibraryRequest): Request {
  if (method !== 'GET' && method !== 'POST') throw new TypeError('only GET and POST are sent');
  const sent = new Headers(headers);
  const isForm = body instanceof URLSearchParams;
  if (isForm && !sent.has('content-type')) sent.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  const text = isForm || typeof body === 'string' ? String(body) : null;
  if (text === null && body !== undefined && body !== null) throw new TypeError('only text and forms are sent');
  return { url, method, headers: Object.fromEntries(sent), body: text, signal: signal ?? null };
}

type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

function responseOf({
  status,
  headers,
  bytes,
}: {
  status: number;
  headers: ReplyHeaders;
  bytes: Uint8Array;
}): Response {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) kept.append(name, one);
  }
  return new Response(bytes.byteLength === 0 ? null : Buffer.from(bytes), { status, headers: kept });
}

function mediaTypeOf(type: string | string[] | undefined): string {
  return (typeof type === 'string' ? type : '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
