import { readBytesUpTo } from '../../../schemas/bounded-bytes.ts';
import { MAX_TRUST_BUNDLE_BYTES } from '../../trust/bundle-bytes.ts';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A reply of the page's own gateway. */
export interface OwnReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * One bounded exchange with the gateway that this page came from; null where it cannot be reached. A redirect is refused:
 * it would carry a token or a code to a host that nobody named. Nothing of it is kept.
 */
export async function askOwnGateway(path: string, init: RequestInit, withinMs: number): Promise<OwnReply | null> {
  const reply = await exchange(path, init, withinMs, MAX_TRUST_BUNDLE_BYTES);
  return reply === null ? null : { status: reply.status, headers: reply.headers, text: UTF8.decode(reply.bytes) };
}

/** The bytes at a path of the page's own gateway; null where it gives none. */
export async function bytesOfOwnGateway(path: string, withinMs: number, maxBytes: number): Promise<Uint8Array | null> {
  const reply = await exchange(path, {}, withinMs, maxBytes);
  return reply?.status === 200 ? reply.bytes : null;
}

async function exchange(path: string, init: RequestInit, withinMs: number, maxBytes: number) {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const reply = await fetch(path, { ...init, redirect: 'error', cache: 'no-store', signal });
    const bytes = await readBytesUpTo(reply.body, maxBytes);
    return bytes === null ? null : { status: reply.status, headers: reply.headers, bytes };
  } catch {
    return null;
  }
}

/** The same for a question in JSON. */
export function postJson(
  path: string,
  body: object,
  withinMs: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<OwnReply | null> {
  const init = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return askOwnGateway(path, init, withinMs);
}
