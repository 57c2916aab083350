import { Agent, request } from 'undici';
import { readTextUpTo } from '../../../schemas/bounded-bytes.ts';

const WITHIN_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/** One reply of another node. */
export interface NodeReply {
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
  /** How far our clock is ahead of its `Date`, milliseconds, to the second; null where it has none. */
  readonly aheadMs: number | null;
}

export type AskNode = (url: string) => Promise<NodeReply>;

/** Asks other nodes within bounds. Rejects. */
export function openAskNode(nowMs: () => number): { readonly ask: AskNode; readonly close: () => Promise<void> } {
  const agent = new Agent();
  return {
    ask: async (url) => {
      const reply = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(WITHIN_MS) });
      const date = Date.parse(String(reply.headers['date'] ?? ''));
      const aheadMs = Number.isNaN(date) ? null : nowMs() - date;
      const [mediaType = ''] = String(reply.headers['content-type'] ?? '').split(';');
      return { status: reply.statusCode, mediaType: mediaType.trim(), body: await bounded(reply.body), aheadMs };
    },
    close: () => agent.close(),
  };
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const text = await readTextUpTo(body, MAX_BYTES);
  if (text === null) throw new Error('the reply is too large');
  return text;
}
