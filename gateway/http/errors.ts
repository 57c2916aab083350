import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { CodedError } from '../../schemas/coded-error.ts';
import type { Metrics } from '../coverage/metrics.ts';
import { KeyError } from '../keys/key-error.ts';
import { ProblemError, problemOf } from '../problem-error.ts';

/** Sends problem details (RFC 9457). */
export function sendProblem(response: Response, problem: ProblemError): void {
  const { code, detail, reason } = problem;
  const body = { ...problemOf(code, detail, requestIdOf(response)), ...(reason === undefined ? {} : { reason }) };
  response.status(body.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(body));
}

/** The last word on every failed request: a known problem, or a fault of ours with a log line that names no person. */
export function errorHandler(log: Logger, metrics: Metrics): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = asProblem(error);
    metrics.problems.inc({ code: problem.code });
    if (problem.code === 'internal' || error instanceof KeyError) {
      log.error(
        { request_id: requestIdOf(response), method: request.method, ...whereItBroke(error) },
        'request failed',
      );
    }
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };
}

/** What a log line may say of a fault: only where it broke, since a message could quote what a client or a province sent. */
export function whereItBroke(error: unknown) {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').slice(1, 6);
  const code = error instanceof CodedError ? { code: error.code } : {};
  return { error: error.name, ...code, at: frames.map((line) => line.trim()) };
}

/** The identifier that ties a reply to its log lines. */
export function requestIdOf(response: Response): string {
  const id: unknown = response.locals['requestId'];
  return typeof id === 'string' ? id : '';
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
