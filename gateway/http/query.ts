import type { Request } from 'express';
import { ProblemError } from '../problem-error.ts';

const MAX_LENGTH = 512;

/** A query parameter given once, or null where it is not given. Throws `body_invalid` naming it. */
export function queryText(request: Request, name: string): string | null {
  const value = request.query[name];
  if (value === undefined) return null;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH) return value;
  throw new ProblemError('body_invalid', `${name}: must be given once`);
}

/** A whole number from 0 up, in its one decimal spelling, or null where it is not given. */
export function queryCount(request: Request, name: string): number | null {
  const text = queryText(request, name);
  if (text === null) return null;
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  throw new ProblemError('body_invalid', `${name}: must be a whole number from 0 up`);
}
