import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { ProblemError } from '../problem-error.ts';
import { parseStrictObject } from '../trust/strict-json.ts';
import { TrustError } from '../trust/trust-error.ts';
import { mediaTypeOf, notOne, readBody } from './receive-body.ts';

/**
 * A reader of JSON bodies of at most `maxBytes`, and of no other media type. Compressed bodies are refused: they hide
 * their size. So is a member that stands there twice: whoever looks at requests before us might read the other one.
 * Called by a handler once it knows who asks, so that a stranger gets no memory of ours.
 */
export function jsonBodyReader<T extends z.ZodType>(
  schema: T,
  maxBytes: number,
): (request: IncomingMessage) => Promise<z.output<T>> {
  return bodyReader((value) => parseJson(schema, value, 'the body'), maxBytes);
}

/** The same of what has a reader of its own, which throws ProblemError `body_invalid`. */
export function bodyReader<T>(
  parse: (value: unknown) => T,
  maxBytes: number,
): (request: IncomingMessage) => Promise<T> {
  const read = (bytes: Uint8Array) => parse(documentIn(bytes));
  return (request) => {
    if (mediaTypeOf(request) === 'application/json') return readBody(request, maxBytes, DOCUMENT, read);
    return Promise.reject(new ProblemError('media_type_unsupported'));
  };
}

const DOCUMENT = 'JSON object';

function documentIn(bytes: Uint8Array): unknown {
  try {
    return parseStrictObject(bytes);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (error.code === 'duplicate_member') throw new ProblemError('body_invalid', 'a member stands there twice');
  }
  throw notOne(DOCUMENT);
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
    case 'invalid_format':
      return 'is not of the documented form';
    default:
      return 'is not one of the documented values';
  }
}
