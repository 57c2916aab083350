import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What is known of a request beside what it says: for its log line, and for its reply. */
export interface RequestNotes {
  /** Ties a reply to its log lines. */
  readonly requestId: string;
  /** The trace that it belongs to; null where it names none, or where whoever sent it must not write into the log. */
  traceId: string | null;
  /** What its reply carries beside what every reply does, whether it is an answer or a refusal. */
  readonly headers: Record<string, string>;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const SAME_FOR_ALL: readonly [name: string, value: string][] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
];

const SAME_FIELDS = SAME_FOR_ALL.flat();

/** By its reply. Nothing is kept longer than that. */
const notes = new WeakMap<ServerResponse, RequestNotes>();

/** Begins the notes about a request. */
export function beginNotes(response: ServerResponse): RequestNotes {
  const begun = { requestId: randomUUID(), traceId: null, headers: {} };
  notes.set(response, begun);
  return begun;
}

/** What is known of the request that this answers. */
export function notesOf(response: ServerResponse): RequestNotes {
  return notes.get(response) ?? beginNotes(response);
}

/** What every reply carries, whichever door it leaves by. */
export function headersOfEvery({ requestId }: RequestNotes): [name: string, value: string][] {
  return [['x-request-id', requestId], ...SAME_FOR_ALL];
}

/** Begins a reply with what every reply carries and its own. */
export function beginReply(response: ServerResponse, status: number, own: Readonly<Record<string, string>>): void {
  const known = notesOf(response);
  // A name and its value in turn, as node takes them.
  const fields = ['x-request-id', known.requestId, ...SAME_FIELDS];
  add(fields, known.headers);
  add(fields, own);
  response.writeHead(status, fields);
}

function add(fields: string[], headers: Readonly<Record<string, string>>): void {
  for (const name in headers) fields.push(name, headers[name] ?? '');
}

/** Sends a whole reply. */
export function sendBody(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const length = String(bytes.byteLength);
  beginReply(response, status, { ...headers, 'Content-Type': type, 'Content-Length': length });
  response.end(bytes);
}

/** Sends a whole reply that is written as a letter for each octet: it goes out with its head, in one piece. */
export function sendOctets(response: ServerResponse, status: number, type: string, octets: string): void {
  beginReply(response, status, { 'Content-Type': type, 'Content-Length': String(octets.length) });
  response.end(octets, 'latin1');
}

/** Sends a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBody(response, status, JSON_TYPE, JSON.stringify(value));
}
