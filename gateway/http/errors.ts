import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { CodedError } from '../../schemas/coded-error.ts';
import type { Metrics } from '../coverage/metrics.ts';
import { KeyError } from '../keys/key-error.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import { federationErrorOf } from './federation-errors.ts';
import { notesOf, PROBLEM_TYPE, sendBody } from './reply.ts';

/** The last word on a failed request, whichever door it came by. */
export type FailRequest = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

/** Sends problem details (RFC 9457), with what the protocol of this endpoint has clients look for in them. */
export function sendProblem(response: ServerResponse, problem: ProblemError, url?: string): void {
  const { code, detail, reason } = problem;
  const { requestId } = notesOf(response);
  const body = {
    ...problemOf(code, detail, requestId),
    ...(reason === undefined ? {} : { reason }),
    ...federationErrorOf(url, problem),
  };
  sendBody(response, body.status, PROBLEM_TYPE, JSON.stringify(body), problem.headers);
}

/** Answers with a known problem, or with `internal` and a log line that names no person. */
export function openFailures(log: Logger, metrics: Metrics): FailRequest {
  return (error, { method, url }, response) => {
    const problem = asProblem(error);
    metrics.problems.inc({ code: problem.code });
    if (problem.code === 'internal' || error instanceof KeyError) {
      log.error({ request_id: notesOf(response).requestId, method, ...whereItBroke(error) }, 'request failed');
    }
    // Half a reply must not pass for a whole one.
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem, url);
  };
}

/** The same for express. */
export function errorHandler(log: Logger, metrics: Metrics): ErrorRequestHandler {
  const fail = openFailures(log, metrics);
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => fail(error, request, response);
}

/** What a log line may say of a fault: only where it broke, since a message could quote what a client or a province sent. */
export function whereItBroke(error: unknown) {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').slice(1, 6);
  const code = error instanceof CodedError ? { code: error.code } : {};
  return { error: error.name, ...code, at: frames.map((line) => line.trim()) };
}

/** What a failure is told as; `internal` where nobody foresaw it. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  // A malformed path (bad percent-encoding) is the client's fault.
  if (error instanceof URIError) return new ProblemError('not_found');
  // A token can be pulled out under a running node; whoever asks again later may find it back.
  if (error instanceof KeyError) {
    return new ProblemError('unavailable', 'a key of this node cannot be used now', { 'retry-after': '5' });
  }
  return new ProblemError('internal');
}
