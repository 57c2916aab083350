import type { Request } from 'express';
import { HOPS_HEADER, MOST_HOPS, WITHIN_HEADER } from '../../schemas/statement-exchange.ts';
import { ProblemError } from '../problem-error.ts';

/** What a question may take where whoever asks does not say, and at most. */
const USUAL_WITHIN_MS = 10_000;

/**
 * How many nodes a question has been sent to, this one included. Throws ProblemError `loop_refused`: one that nodes pass
 * round would never end, and what cannot be counted is not passed on either.
 */
export function hopsOf(request: Request): number {
  const hops = request.get(HOPS_HEADER) ?? '1';
  if (!/^[1-9]\d?$/.test(hops) || Number(hops) > MOST_HOPS) throw new ProblemError('loop_refused');
  return Number(hops);
}

/** How long whoever asks goes on waiting, in milliseconds. */
export function withinOf(request: Request): number {
  const ms = request.get(WITHIN_HEADER) ?? '';
  return /^[1-9]\d{0,4}$/.test(ms) ? Math.min(Number(ms), USUAL_WITHIN_MS) : USUAL_WITHIN_MS;
}
