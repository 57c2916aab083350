import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { Pool } from 'undici';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { PROBLEMS, problemSchema } from '../../../schemas/problem.ts';
import { statementBatchLineSchema, statementReplySchema } from '../../../schemas/statement-exchange.ts';
import type { Ask } from './ask.ts';

/** The way to one node's door. */
export interface Door {
  /** Sends an ask once. What became of it, in the words of `Outcome`; anything else should never be. */
  readonly send: (ask: Ask) => Promise<string>;
  readonly close: () => Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Opens connections that stay, to the node at `url`. */
export function openDoor(url: string): Door {
  const pool = new Pool(url, { connections: 64, pipelining: 1 });
  return {
    send: async (ask) => {
      const question = Object.fromEntries(ask.members);
      const body = Buffer.from(ask.frame(JSON.stringify(ask.isTogether ? { items: [question] } : question)));
      const reply = ask.wire === 'half' ? await sendHalf(url, ask, body) : await sendWhole(pool, ask, body);
      return reply === null ? 'cut' : outcomeOf(reply, ask);
    },
    close: () => pool.close(),
  };
}

async function sendWhole(pool: Pool, ask: Ask, body: Buffer): Promise<Reply> {
  const reply = await pool.request({ method: 'POST', path: ask.target, headers: headersOf(ask), body });
  return { status: reply.statusCode, type: String(reply.headers['content-type']), text: await reply.body.text() };
}

/** The head, half of the body, and then the end of all that will ever come. Null: the door says nothing to that. */
async function sendHalf(url: string, ask: Ask, body: Buffer): Promise<Reply | null> {
  const { hostname, port, host } = new URL(url);
  const headers = { host, ...headersOf(ask), 'content-length': String(Math.max(2, body.length)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`POST ${ask.target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.end(body.subarray(0, Math.floor(body.length / 2)));
  // A reset is how a door may end what has no end.
  const said = await buffer(socket).catch(() => Buffer.of());
  const head = said.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const field = (pattern: RegExp) => pattern.exec(head)?.[1];
  const [status, type] = [field(/^HTTP\/1\.1 (\d{3})/), field(/^content-type: (.*)$/im)];
  // A reset may have overtaken what was said.
  if (status === undefined || type === undefined) return null;
  const length = Number(field(/^content-length: (\d+)$/im) ?? 0);
  return { status: Number(status), type, text: said.subarray(head.length + 4, head.length + 4 + length).toString() };
}

function headersOf({ headers, authorization }: Ask): Record<string, string> {
  return { ...Object.fromEntries(headers), ...(authorization === null ? {} : { authorization }) };
}

function outcomeOf({ status, type, text: said }: Reply, ask: Ask): string {
  const told = secretsOf(ask).find((secret) => said.includes(secret));
  if (told !== undefined) return `${status}: repeats what it was sent`;
  if (status === 200) return ask.isTogether ? outcomeInLine(said) : outcomeInReply(jsonOrUndefined(said));
  const problem = problemSchema.safeParse(jsonOrUndefined(said));
  if (!problem.success || !type.startsWith('application/problem+json')) return `${status}: no problem details`;
  const { code } = problem.data;
  return PROBLEMS[code].status === status ? code : `${code}: with status ${status}`;
}

function outcomeInReply(json: unknown): string {
  const reply = statementReplySchema.safeParse(json);
  return reply.success ? `answer ${String(decodeJwt(reply.data.answer)['outcome'])}` : '200: no statement reply';
}

/** Of a batch of one: the frame is taken whatever becomes of its item. */
function outcomeInLine(said: string): string {
  const line = statementBatchLineSchema.safeParse(jsonOrUndefined(said));
  if (!line.success || line.data.index !== 0) return '200: not one line';
  if ('problem' in line.data) return line.data.problem.code;
  const { index: _index, ...reply } = line.data;
  return outcomeInReply(reply);
}

/** What a reply has no reason to say: whom it is about, and what the gateway proved itself with. */
function secretsOf({ members, authorization }: Ask): string[] {
  const [code, reference] = [members.get('code'), members.get('reference')];
  const token = authorization?.split(' ')[1];
  return [code, reference, token].filter((value): value is string => typeof value === 'string' && value.length > 15);
}
