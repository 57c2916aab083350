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

/** What becomes of the reply to a question; `cut` breaks the connection instead, a status comes with nothing. */
type Meddled = string | 'cut' | { readonly status: number };
export type Meddle = (reply: string, question: Omit<PassedQuestion, 'reply'>) => Meddled | Promise<Meddled>;

/** Somebody between two nodes, who hears every question and may change every answer. */
export interface ListeningProxy {
  readonly url: string;
  /** Where requests go on to; until it is set nobody answers. */
  target: string | null;
  meddle: Meddle | null;
  readonly questions: PassedQuestion[];
  readonly stop: () => Promise<void>;
}

const HOP_BY_HOP = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];

const QUESTION = /\/v1\/statements(\/relay)?$/;

/** Starts it on a free port of a loopback address. Only questions to nodes are recorded and meddled with. */
export async function startListeningProxy(host = '127.0.0.1'): Promise<ListeningProxy> {
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
    });
    let reply = await answer.body.text();
    if (QUESTION.test(path)) {
      const question = { path, headers, body };
      proxy.questions.push({ ...question, reply });
      const meddled = (await proxy.meddle?.(reply, question)) ?? reply;
      if (typeof meddled !== 'string') {
        outgoing.writeHead(meddled.status, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      if (meddled === 'cut') {
        outgoing.destroy();
        return;
      }
      reply = meddled;
    }
    const type = String(answer.headers['content-type'] ?? 'application/json');
    outgoing.writeHead(answer.statusCode, { 'content-type': type }).end(reply);
  });
  await once(server.listen(0, host), 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy: ListeningProxy = {
    url: `http://${host}:${address.port}`,
    target: null,
    meddle: null,
    questions: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
