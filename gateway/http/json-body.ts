import express, { type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { ProblemError } from '../problem-error.ts';
import { parseStrictObject } from '../trust/strict-json.ts';
import { TrustError } from '../trust/trust-error.ts';

/** JSON between systems is in UTF-8 (RFC 8259 section 8.1), whether or not the header says so. */
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * A reader of JSON bodies of at most `maxBytes`, and of no other media type. Compressed bodies are refused: they hide
 * their size. So is a member that stands there twice: whoever looks at requests before us might read the other one.
 * Called by a handler once it knows who asks, so that a stranger gets no memory of ours.
 */
export function jsonBodyReader<T extends z.ZodType>(
  schema: T,
  maxBytes: number,
): (request: Request, response: Response) => Promise<z.output<T>> {
  const read = express.raw({ limit: maxBytes, inflate: false, type: 'application/json' });
  return async (request, response) => {
    if (!request.is('application/json')) throw new ProblemError('media_type_unsupported');
    const charset = CHARSET.exec(request.get('content-type') ?? '')?.[1] ?? 'utf-8';
    if (charset.toLowerCase() !== 'utf-8') throw new ProblemError('media_type_unsupported');
    await runParser(read, request, response, DOCUMENT);
    return parseJson(schema, documentIn(request.body), 'the body');
  };
}

const DOCUMENT = 'JSON document';

function documentIn(bytes: unknown): unknown {
  try {
    if (bytes instanceof Uint8Array) return parseStrictObject(bytes);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (error.code === 'duplicate_member') throw new ProblemError('body_invalid', 'a member stands there twice');
  }
  throw notOne(DOCUMENT);
}

function notOne(wanted: string): ProblemError {
  return new ProblemError('body_invalid', `the body is not one ${wanted}`);
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
      return notOne(wanted);
    default:
      return error;
  }
}
