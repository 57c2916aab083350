import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { request as send } from 'undici';
import { z } from 'zod';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';

/** A question to a node as it passed by. */
export interface PassedQuestion {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly reply: string;
}

/** What becomes of the reply to a question; `cut` breaks the connection instead, a status comes with nothing. */
type Meddled = string | 'cut' | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
export type Meddle = (reply: string, question: Omit<PassedQuestion, 'reply'>) => Meddled | Promise<Meddled>;

/** Somebody between two nodes, who hears every question and may change every answer. */
export interface ListeningProxy {
  readonly url: string;
  /** Where requests go on to; until it is set nobody answers. */
  target: string | null;
  meddle: Meddle | null;
  /** Those that were asked for statements, each by itself; those of one batch share their headers. */
  readonly questions: PassedQuestion[];
  /** Everything else, as it went by. */
  readonly others: PassedQuestion[];
  readonly stop: () => Promise<void>;
}

const HOP_BY_HOP = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];

const QUESTION = /\/v1\/statements(\/batch|\/relay)?$/;

/** Starts it on a loopback address, on a free port unless told. Only questions to nodes are recorded and meddled with. */
export async function startListeningProxy(host = '127.0.0.1', port = 0): Promise<ListeningProxy> {
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
    const isQuestion = QUESTION.test(path);
    const passed = { ...question, reply: reply.toString() };
    if (isQuestion)
      proxy.questions.push(...(path.endsWith('/batch') && answer.statusCode === 200 ? itemsOf(passed) : [passed]));
    else proxy.others.push(passed);
    if (isQuestion && proxy.meddle !== null) {
      const meddled = await proxy.meddle(reply.toString(), question);
      if (typeof meddled !== 'string') {
        outgoing.writeHead(meddled.status, { 'content-type': 'application/json', ...meddled.headers }).end('{}');
        return;
      }
      if (meddled === 'cut') {
        outgoing.destroy();
        return;
      }
      reply = Buffer.from(meddled);
    }
    const type = String(answer.headers['content-type'] ?? 'application/json');
    outgoing.writeHead(answer.statusCode, { 'content-type': type }).end(reply);
  });
  const url = await listenOnLoopback(server, { address: host, port });
  const proxy: ListeningProxy = {
    url,
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

const frameSchema = z.object({ items: z.array(z.unknown()) });
const lineSchema = z.looseObject({ index: z.int(), problem: z.unknown().optional() });

/** The questions of a batch, each with its own line as its reply: an answer, or a problem as a single one would get. */
function itemsOf({ body, reply, ...question }: PassedQuestion): PassedQuestion[] {
  const lines = reply.split('\n').filter((line) => line !== '');
  const replies = new Map(
    lines.map((line) => {
      const { index, problem, ...answer } = lineSchema.parse(JSON.parse(line));
      return [index, JSON.stringify(problem ?? answer)] as const;
    }),
  );
  return frameSchema.parse(JSON.parse(body)).items.map((item, index) => {
    return { ...question, body: JSON.stringify(item), reply: replies.get(index) ?? '' };
  });
}
