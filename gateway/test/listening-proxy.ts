import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request as send } from 'undici';

/** A question to a node as it passed by. */
export interface PassedQuestion {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly reply: string;
}

/** What becomes of the reply to a question; `cut` breaks the connection instead. */
export type Meddle = (reply: string, question: Omit<PassedQuestion, 'reply'>) => string | 'cut';

/** Somebody between two nodes, who hears every question and may change every answer. */
export interface ListeningProxy {
  readonly url: string;
  /** Where requests go on to; until it is set nobody answers. */
  target: string | null;
  meddle: Meddle | null;
  /** Those that were asked for statements. */
  readonly questions: PassedQuestion[];
  /** Everything else, as it went by. */
  readonly others: PassedQuestion[];
  readonly stop: () => Promise<void>;
}

const HOP_BY_HOP = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Starts it on a free loopback port. Only POST /v1/statements is meddled with. */
export async function startListeningProxy(): Promise<ListeningProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const { method, url: path = '/', headers } = incoming;
    const body = await text(incoming);
    if (proxy.target === null || (method !== 'GET' && method !== 'POST')) {
      outgoing.writeHead(503).end();
      return;
    }
    const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
    const answer = await send(`${proxy.target}${path}`, {
      method,
      headers: kept,
      body: method === 'POST' ? body : null,
    }).catch(() => null);
    if (answer === null) {
      outgoing.writeHead(502).end();
      return;
    }
    let reply = Buffer.from(await answer.body.arrayBuffer());
    const question = { path, headers, body };
    const isQuestion = path.endsWith('/v1/statements');
    (isQuestion ? proxy.questions : proxy.others).push({ ...question, reply: reply.toString() });
    if (isQuestion && proxy.meddle !== null) {
      const meddled = proxy.meddle(reply.toString(), question);
      if (meddled === 'cut') {
        outgoing.destroy();
        return;
      }
      reply = Buffer.from(meddled);
    }
    const type = String(answer.headers['content-type'] ?? 'application/json');
    outgoing.writeHead(answer.statusCode, { 'content-type': type }).end(reply);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy: ListeningProxy = {
    url: `http://127.0.0.1:${address.port}`,
    target: null,
    meddle: null,
    questions: [],
    others: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
