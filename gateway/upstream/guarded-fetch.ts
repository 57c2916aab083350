import { Agent } from 'undici';
import { readBounded } from './bounded-body.ts';
import { checkOrigin, guardedConnector, type Network } from './ssrf-guard.ts';

export interface GuardedFetch {
  /** GETs one document. Rejects where the address is refused, time is up, or the document is too large. */
  readonly get: (
    url: string,
  ) => Promise<{ readonly status: number; readonly mediaType: string; readonly body: string }>;
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 65_536;
const CONNECTIONS = 4;

/** For documents whose address another party chose: the same guard as for provinces, and no redirect is followed. */
export function openGuardedFetch(network: Network): GuardedFetch {
  const agent = new Agent({ connections: CONNECTIONS, connect: guardedConnector(network, TIMEOUT_MS) });
  return {
    get: async (url) => {
      const { origin, pathname, search } = new URL(url);
      checkOrigin(new URL(origin), network);
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const reply = await agent.request({ origin, path: `${pathname}${search}`, method: 'GET', signal });
      const type = reply.headers['content-type'];
      const mediaType = (typeof type === 'string' ? type : '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
      return { status: reply.statusCode, mediaType, body: await readBounded(reply.body, MAX_BYTES) };
    },
    close: () => agent.destroy(),
  };
}
