import { readBytesUpTo } from '../../schemas/bounded-bytes.ts';
import type { UpstreamFetch, UpstreamReply } from '../drivers/driver.ts';
import { UpstreamError } from '../upstream-error.ts';

export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxReplyBytes: number;
}

/** Opens the kit's own wire to one origin: bounded in time and size, following no redirect. Throws UpstreamError. */
export function openProbeFetch(origin: string): (limits: FetchLimits) => UpstreamFetch {
  const base = origin.replace(/\/$/, '');
  return (limits) => async (request) => {
    try {
      const reply = await fetch(`${base}${request.path}`, {
        method: request.method,
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(limits.timeoutMs),
      });
      return await readReply(reply, limits.maxReplyBytes);
    } catch (error) {
      throw upstreamErrorOf(error);
    }
  };
}

async function readReply(reply: Response, maxBytes: number): Promise<UpstreamReply> {
  const body = await readBytesUpTo(reply.body, maxBytes);
  if (body === null) throw new UpstreamError('oversize', 'the reply is larger than the manifest allows');
  return { status: reply.status, headers: Object.fromEntries(reply.headers), body };
}

function upstreamErrorOf(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new UpstreamError('timeout', 'the province did not answer in time');
  }
  if (UNREACHABLE.has(networkCodeOf(error))) {
    return new UpstreamError('connect_failed', 'the province could not be reached');
  }
  return new UpstreamError('reset', 'the connection to the province broke');
}

const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);

function networkCodeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
