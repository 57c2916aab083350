import type { Request } from 'express';
import { ProblemError } from '../problem-error.ts';
import { FederationProblem } from './federation-errors.ts';

const MAX_LENGTH = 512;

/**
 * Throws `body_invalid` where the query has a parameter of another name: a filter that is overlooked would give a wrong
 * answer (also OpenID Federation 1.0 section 8.9).
 */
export function allowOnly(request: Request, names: readonly string[]): void {
  if (Object.keys(request.query).every((name) => names.includes(name))) return;
  const known = `only these parameters are known: ${names.join(', ')}`;
  throw new FederationProblem('body_invalid', 'unsupported_parameter', known);
}

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
