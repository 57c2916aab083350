import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '../../schemas/problem.ts';
import { problemOf } from '../problem-error.ts';

/** What somebody has to be told of to answer what nobody can read. */
interface Served {
  readonly on: {
    (event: 'request', listener: (request: { readonly socket: Duplex }, response: ServerResponse) => void): unknown;
    (event: 'clientError', listener: (error: Error, socket: Duplex) => void): unknown;
  };
}

/** What node's parser calls it, where it is more than that a request is no HTTP. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * Answers requests that node itself refuses (garbage, two lengths, headers without an end, a request that does not arrive)
 * with a problem, as every other is, and closes the connection: where the next request would begin is not known. Nothing
 * of what was sent is repeated.
 */
export function answerUnreadable(server: Served): void {
  const replies = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => replies.set(socket, response));
  server.on('clientError', (error, socket) => {
    const reply = replies.get(socket);
    // A problem in the middle of a reply, or before one that waits for its turn, would pass for another.
    if (!socket.writable || (reply !== undefined && !mayFollow(reply))) return void socket.destroy();
    socket.end(replyTo(error), () => socket.destroy());
  });
}

/** Whether something may be written after this reply, or in its place. One that waits for its turn has no socket yet. */
function mayFollow({ writableFinished, writableEnded, headersSent, socket }: ServerResponse): boolean {
  return writableFinished || (socket !== null && (writableEnded || !headersSent));
}

function replyTo(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? CODES[error.code] : undefined;
  const problem = code === undefined ? problemOf('body_invalid', 'the request is no HTTP/1.1') : problemOf(code);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${randomUUID()}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
