import type { IncomingMessage, ServerResponse } from 'node:http';
import { HOPS_HEADER, MOST_HOPS, WITHIN_HEADER } from '../../schemas/statement-exchange.ts';
import { ProblemError } from '../problem-error.ts';
import { TRACE_HEADER, type Trace, traceIn } from '../upstream/trace.ts';
import { notesOf } from './reply.ts';

/** What a question may take where whoever asks does not say, and at most. */
const USUAL_WITHIN_MS = 10_000;

/**
 * How many nodes a question has been sent to, this one included. Throws ProblemError `loop_refused`: one that nodes pass
 * round would never end, and what cannot be counted is not passed on either.
 */
export function hopsOf(request: IncomingMessage): number {
  const hops = textOf(request, HOPS_HEADER) ?? '1';
  if (!/^[1-9]\d?$/.test(hops) || Number(hops) > MOST_HOPS) throw new ProblemError('loop_refused');
  return Number(hops);
}

/** How long whoever asks goes on waiting, in milliseconds. */
export function withinOf(request: IncomingMessage): number {
  const ms = textOf(request, WITHIN_HEADER) ?? '';
  return /^[1-9]\d{0,4}$/.test(ms) ? Math.min(Number(ms), USUAL_WITHIN_MS) : USUAL_WITHIN_MS;
}

/**
 * The trace that a question belongs to, from now on told in the request's log line too; null where it names none. For
 * gateways alone, once it is known who they are: what anybody may write must not come into the log.
 */
export function followTrace(request: IncomingMessage, response: ServerResponse): Trace | null {
  const trace = traceIn(textOf(request, TRACE_HEADER));
  if (trace !== null) notesOf(response).traceId = trace.traceId;
  return trace;
}

/** Node joins a header of this kind that was sent twice, so that it is of no form that is read. */
export function textOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
