import { type IncomingHttpHeaders, request } from 'node:http';

/** A request that comes by both doors: what it sends, whoever sends it. */
export interface DoorCase {
  readonly name: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: none. Several parts go out in chunks, their size not announced. */
  readonly body: string | readonly string[] | null;
}

/** What came out, without what differs from reply to reply. */
export interface Left {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const JSON_BODY = { 'content-type': 'application/json' };
const huge = 'x'.repeat(2_000_000);

/** What a stranger may come up with, whatever the route. */
export const DOOR_CASES: readonly DoorCase[] = [
  { name: 'no token', headers: { ...JSON_BODY, authorization: '' }, body: '{}' },
  { name: 'a token that is none', headers: { ...JSON_BODY, authorization: 'Basic eA==' }, body: '{}' },
  { name: 'a made-up token', headers: { ...JSON_BODY, authorization: 'Bearer a.b.c' }, body: '{}' },
  { name: 'another media type', headers: { 'content-type': 'text/plain' }, body: '{}' },
  { name: 'a media type in capitals', headers: { 'content-type': 'Application/JSON; charset=UTF-8' }, body: '{}' },
  { name: 'no media type', headers: {}, body: '{}' },
  { name: 'another charset', headers: { 'content-type': 'application/json; charset=gbk' }, body: '{}' },
  { name: 'a compressed body', headers: { ...JSON_BODY, 'content-encoding': 'gzip' }, body: '{}' },
  { name: 'no body', headers: JSON_BODY, body: null },
  { name: 'an empty body', headers: JSON_BODY, body: '' },
  { name: 'broken JSON', headers: JSON_BODY, body: '{"code":' },
  { name: 'a list', headers: JSON_BODY, body: '[]' },
  { name: 'a byte order mark', headers: JSON_BODY, body: '\ufeff{}' },
  { name: 'a member twice', headers: JSON_BODY, body: '{"purpose":"venue_entry","purpose":"venue_entry"}' },
  { name: 'an undocumented member', headers: JSON_BODY, body: '{"code":"x","purpose":"venue_entry","name":"x"}' },
  { name: 'a body in chunks', headers: JSON_BODY, body: ['{"code":"x",', '"purpose":"debt_collection"}'] },
  { name: 'a body that announces to be huge', headers: JSON_BODY, body: huge },
  { name: 'a body that turns out to be huge', headers: JSON_BODY, body: [huge, huge] },
  { name: 'GET', method: 'GET', body: null },
  { name: 'HEAD', method: 'HEAD', body: null },
  { name: 'DELETE', method: 'DELETE', body: null },
  { name: 'OPTIONS', method: 'OPTIONS', body: null },
];

/** Sends one request; `authorization` unless the case has its own. */
export function sendTo(url: string, authorization: string, sent: DoorCase): Promise<Left> {
  const { method = 'POST', headers = {}, body } = sent;
  const parts = typeof body === 'string' ? [body] : (body ?? []);
  const length = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: { authorization, ...headers, ...length } }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      reply.once('end', () => resolve(leftOf(reply.statusCode, reply.headers, text)));
    });
    asked.once('error', reject);
    for (const part of parts) asked.write(part);
    asked.end();
  });
}

function leftOf(status: number | undefined, headers: IncomingHttpHeaders, text: string): Left {
  const { date: _date, 'x-request-id': id = '', ...rest } = headers;
  const named = Array.isArray(id) ? id.join() : id;
  // It has to be there, and to be the one that the problem names.
  return { status, headers: { ...rest, 'x-request-id': String(named.length) }, body: text.replace(named, 'ID') };
}
