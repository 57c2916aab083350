import type { Outcome } from '../../schemas/driver-config.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { localKey, localKeys } from '../local-value.ts';
import { compilePointer } from '../pointer.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { Ask, DriverContext, LocalAnswer, UpstreamReply, UpstreamRequest } from './driver.ts';

/** What every driver's settings say about the reply. */
export interface EnvelopeConfig {
  readonly outcome: Outcome;
  readonly record_at: string;
}

/** Reads a whole reply document as an answer. Throws UpstreamError `malformed`, `credentials` or `signature`. */
export type EnvelopeReader = (body: JsonValue) => LocalAnswer;

const MAX_DEPTH = 32;

/** A driver that is only its authentication: `build` signs the question, the envelope reads the answer. */
export function openEnvelopeDriver(
  config: EnvelopeConfig,
  statementAt: string | null,
  { fetch }: DriverContext,
  build: (token: string) => UpstreamRequest,
): Ask {
  const read = compileEnvelope(config, statementAt);
  return async (token) => read(readJson(await fetch(build(token))));
}

/**
 * Compiles where an answer stands and which codes mean what. A code that is not listed is no answer: it throws, so that
 * nothing is cached. A declared statement that is missing throws `signature`: it must not fade into an unsigned reply.
 */
export function compileEnvelope({ outcome, record_at }: EnvelopeConfig, statementAt: string | null): EnvelopeReader {
  const code = compilePointer(outcome.at);
  const [found, expired, unknown] = [localKeys(outcome.found), localKeys(outcome.expired), localKeys(outcome.unknown)];
  const refused = localKeys(outcome.refused ?? []);
  const record = compilePointer(record_at);
  const statement = statementAt === null ? null : compilePointer(statementAt);
  return (body) => {
    const key = localKey(code(body));
    if (key === null) throw new UpstreamError('malformed', 'the reply has no outcome code where one was declared');
    if (expired.has(key)) return { kind: 'absent', why: 'expired' };
    if (unknown.has(key)) return { kind: 'absent', why: 'unknown' };
    if (refused.has(key)) throw new UpstreamError('credentials', 'the province refused our credentials');
    if (!found.has(key)) throw new UpstreamError('malformed', 'the reply has an outcome code that was never declared');
    return {
      kind: 'found',
      record: requireObject(record(body)),
      statement: statement === null ? null : requireStatement(statement(body)),
    };
  };
}

/** The JSON document of a reply that says 200. Throws UpstreamError. */
export function readJson(reply: UpstreamReply): JsonValue {
  requireOk(reply);
  return parseJson(reply.body);
}

/** Throws UpstreamError unless the reply says 200: `redirect`, `credentials` or `status`. */
export function requireOk({ status }: UpstreamReply): void {
  if (status === 200) return;
  if (status >= 300 && status < 400)
    throw new UpstreamError('redirect', 'the province redirected, which is not followed');
  if (status === 401 || status === 403) throw new UpstreamError('credentials', 'the province refused our credentials');
  throw new UpstreamError('status', 'the province answered with an HTTP status other than 200');
}

/** Parses JSON of bounded depth. Throws UpstreamError `malformed`; the text itself goes into no message. */
export function parseJson(text: string): JsonValue {
  const value = jsonOrUndefined(text);
  if (value === undefined) throw new UpstreamError('malformed', 'the reply is not JSON');
  if (depthOf(text) > MAX_DEPTH) throw new UpstreamError('malformed', 'the reply is nested too deep');
  return value;
}

/** Nesting of a text that JSON.parse has accepted, so that only strings and brackets need telling apart. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let position = 0; position < text.length; position += 1) {
    const char = text[position];
    if (char === '"') inString = !inString;
    else if (inString && char === '\\') position += 1;
    else if (!inString && (char === '{' || char === '[')) deepest = Math.max(deepest, ++depth);
    else if (!inString && (char === '}' || char === ']')) depth -= 1;
  }
  return deepest;
}

function requireObject(value: JsonValue | undefined): JsonValue {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UpstreamError('malformed', 'the reply has no record where one was declared');
}

function requireStatement(value: JsonValue | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UpstreamError('signature', 'the reply has no signed statement where one was declared');
}
