import express, { type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { ProblemError } from '../problem-error.ts';

/**
 * A reader of JSON bodies of at most `maxBytes`, and of no other media type. Compressed bodies are refused: they hide
 * their size. Called by a handler once it knows who asks, so that a stranger gets no memory of ours.
 */
export function jsonBodyReader<T extends z.ZodType>(
  schema: T,
  maxBytes: number,
): (request: Request, response: Response) => Promise<z.output<T>> {
  const parse = express.json({ limit: maxBytes, inflate: false, strict: true, type: 'application/json' });
  return async (request, response) => {
    if (!request.is('application/json')) throw new ProblemError('media_type_unsupported');
    await runParser(parse, request, response, 'JSON document');
    return parseJson(schema, request.body, 'the body');
  };
}

/**
 * Holds a body, or a part of one that is called `whole`, against its documented form. Throws ProblemError `body_invalid`:
 * the detail names the member and the rule, never the value.
 */
export function parseJson<T extends z.ZodType>(schema: T, value: unknown, whole: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue === undefined || issue.path.length === 0 ? whole : issue.path.join('.');
  throw new ProblemError('body_invalid', `${member}: ${ruleOf(issue)}`);
}

function ruleOf(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return 'has a member that is not documented';
    case 'too_big':
      return 'is too long';
    case 'too_small':
      return 'is too short or missing';
    case 'invalid_type':
      return `must be ${issue.expected}`;
    default:
      return 'is not one of the documented values';
  }
}

/** Has a body parser of express fill `request.body`. `wanted` is what the body should be one of, in the problem's detail. */
export async function runParser(
  parse: RequestHandler,
  request: Request,
  response: Response,
  wanted: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error: unknown) =>
      error === undefined ? resolve() : reject(bodyProblem(error, wanted)),
    );
  });
}

/** What the body parser throws, as problem details. Its own messages can quote the body, so none is passed on. */
function bodyProblem(error: unknown, wanted: string): unknown {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : null;
  switch (type) {
    case 'entity.too.large':
      return new ProblemError('body_too_large');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new ProblemError('media_type_unsupported');
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new ProblemError('body_invalid', `the body is not one ${wanted}`);
    default:
      return error;
  }
}
