import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { RequestNotes } from './reply.ts';
import { nameSpan } from './traced-requests.ts';

const FIRST_REFUSAL = 400;

/** Has a request told once it is answered. `routeOf` is asked then. */
export type LogRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  notes: RequestNotes,
  routeOf: () => unknown,
) => void;

/** One line for each request that was answered: the route, not the path, since a path could carry what somebody typed. */
export function openRequestLog(log: Logger): LogRequest {
  return ({ method }, response, notes, routeOf) => {
    const startedMs = performance.now();
    response.once('finish', () => {
      const took_ms = Math.round(performance.now() - startedMs);
      const route = routeOf();
      nameSpan(response, method, route);
      const line = { request_id: notes.requestId, method, route, status: response.statusCode, took_ms };
      log.info(notes.traceId === null ? line : { ...line, trace_id: notes.traceId }, 'request');
      // A refusal is a line that somebody may be looking for when the process is no more.
      if (response.statusCode >= FIRST_REFUSAL) log.flush();
    });
  };
}
