import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import { ClientError } from './client-error.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One HTTP exchange, bounded in time and size, that follows no redirect. */
export type Exchange = (url: string, init: RequestInit) => Promise<HttpReply>;

const REPLY_WITHIN_MS = 15_000;
const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/**
 * Over the platform's own `fetch`. A redirect is refused: it would carry a token or a code to a host that nobody named.
 * Throws ClientError `unreachable`, `reply_unreadable`.
 */
export const fetchBounded: Exchange = async (url, init) => {
  try {
    const signal = AbortSignal.timeout(REPLY_WITHIN_MS);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    const text = await readTextUpTo(response.body, MAX_REPLY_BYTES);
    if (text === null) throw new ClientError('reply_unreadable', 'the reply is longer than any');
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw new ClientError('unreachable', `nothing answers at ${new URL(url).origin}`, { cause: error });
  }
};
