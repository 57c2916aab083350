import type { Charset, LocalScalar, Outcome, StatusOutcome } from '../../schemas/driver-exchange.ts';
import { readJsonText } from '../../schemas/json-text.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { localKey, localKeys } from '../local-value.ts';
import { compilePointer } from '../pointer.ts';
import { UpstreamBusy, UpstreamError } from '../upstream-error.ts';
import { withValueAt } from '../with-value-at.ts';
import type { Ask, DriverContext, LocalAnswer, UpstreamReply, UpstreamRequest } from './driver.ts';
import { textOf } from './reply-text.ts';
import { retryAfterMs } from './retry-after.ts';

/** What every driver's settings say about the reply. */
export interface ReplyConfig {
  readonly outcome: Outcome;
  readonly record_at: string;
  readonly json_strings?: readonly string[];
  readonly charset?: Charset;
}

/** Reads a system's replies. Every method throws UpstreamError. */
export interface ReplyReader {
  /** What the reply answers. */
  readonly read: (reply: UpstreamReply) => LocalAnswer;
  /** The document of a reply, its strings of JSON opened. */
  readonly document: (reply: UpstreamReply) => JsonValue;
  /** What a document answers that came with status 200. */
  readonly readDocument: (document: JsonValue, reply: UpstreamReply) => LocalAnswer;
}

type Meaning = StatusOutcome['means'];

const MAX_DEPTH = 32;

/** A driver that is only its authentication: `build` signs the question, the settings read the answer. */
export function openEnvelopeDriver(
  config: ReplyConfig,
  statementAt: string | null,
  context: DriverContext,
  build: (token: string) => UpstreamRequest,
): Ask {
  const { read } = compileReply(config, statementAt, context);
  return async (token) => read(await context.fetch(build(token)));
}

/**
 * Compiles where an answer stands and which statuses and codes mean what. What is not listed is no answer: it throws
 * `undeclared`, so that nothing is cached. A declared statement that is missing throws `signature`: it must not fade into
 * an unsigned reply. `parse` is of the driver's own format; the one for JSON unless it says otherwise.
 */
export function compileReply(
  config: ReplyConfig,
  statementAt: string | null,
  { nowMs }: Pick<DriverContext, 'nowMs'>,
  parse: (text: string) => JsonValue = parseJson,
): ReplyReader {
  const { outcome, record_at, json_strings = [], charset } = config;
  const code = compilePointer(outcome.at);
  const found = localKeys(outcome.found);
  const meanings = compileMeanings(outcome);
  const record = compilePointer(record_at);
  const statement = statementAt === null ? null : compilePointer(statementAt);
  const open = json_strings.map(compileOpening);
  const document = (reply: UpstreamReply) => open.reduce((whole, next) => next(whole), parse(textOf(reply, charset)));
  const meansByStatus = compileStatuses(outcome.by_status ?? [], document);

  function answerFor(means: Meaning, reply: UpstreamReply): LocalAnswer {
    switch (means) {
      case 'expired':
      case 'unknown':
        return { kind: 'absent', why: means };
      case 'refused':
        throw refusedCredentials();
      case 'busy':
        throw tooBusy(reply, nowMs());
    }
  }

  function readDocument(body: JsonValue, reply: UpstreamReply): LocalAnswer {
    const key = localKey(code(body));
    if (key === null) throw new UpstreamError('malformed', 'the reply has no outcome code where one was declared');
    const means = meanings.get(key);
    if (means !== undefined) return answerFor(means, reply);
    if (!found.has(key)) throw new UpstreamError('undeclared', 'the reply has an outcome code that was never declared');
    return {
      kind: 'found',
      record: requireObject(record(body)),
      statement: statement === null ? null : requireStatement(statement(body)),
    };
  }

  function read(reply: UpstreamReply): LocalAnswer {
    const means = meansByStatus(reply);
    if (means !== null) return answerFor(means, reply);
    requireOk(reply, nowMs());
    return readDocument(document(reply), reply);
  }

  return { read, document, readDocument };
}

/**
 * What a status means that no manifest explains: nothing but 200 is an answer. Throws UpstreamError `credentials`, `busy`,
 * `redirect`, `status` for what is the system's own fault, and `undeclared` for what it says about this question.
 */
export function requireOk(reply: UpstreamReply, nowMs: number): void {
  const { status } = reply;
  if (status === 200) return;
  if (status === 401 || status === 403) throw refusedCredentials();
  if (status === 429 || status === 503) throw tooBusy(reply, nowMs);
  if (status >= 300 && status < 400)
    throw new UpstreamError('redirect', 'the province redirected, which is not followed');
  if (status >= 500) throw new UpstreamError('status', 'the province answered that it failed');
  throw new UpstreamError('undeclared', 'the province answered with an HTTP status that was never declared');
}

export function refusedCredentials(): UpstreamError {
  return new UpstreamError('credentials', 'the province refused our credentials');
}

function tooBusy({ headers }: UpstreamReply, nowMs: number): UpstreamBusy {
  return new UpstreamBusy('the province is too busy to answer', retryAfterMs(headers['retry-after'], nowMs));
}

/** Parses JSON that says one thing. Throws UpstreamError `malformed`; the text itself goes into no message. */
export function parseJson(text: string): JsonValue {
  const reading = readJsonText(text, MAX_DEPTH);
  if (reading.fault === undefined) return reading.value;
  switch (reading.fault) {
    case 'not_json':
      throw new UpstreamError('malformed', 'the reply is not JSON');
    case 'nested_too_deep':
      throw new UpstreamError('malformed', 'the reply is nested too deep');
    case 'repeated_member':
    case 'forbidden_name':
      throw new UpstreamError('malformed', 'the reply has a member that another reader would read otherwise');
  }
}

function compileMeanings({ expired, unknown, refused = [], busy = [] }: Outcome): ReadonlyMap<string, Meaning> {
  const lists: [Meaning, readonly LocalScalar[]][] = [
    ['busy', busy],
    ['refused', refused],
    ['unknown', unknown],
    ['expired', expired],
  ];
  return new Map(lists.flatMap(([means, codes]) => [...localKeys(codes)].map((key) => [key, means] as const)));
}

/** Rows with codes come first; a body that cannot be read bears none of them. */
function compileStatuses(
  rows: readonly StatusOutcome[],
  document: (reply: UpstreamReply) => JsonValue,
): (reply: UpstreamReply) => Meaning | null {
  const byCode = rows.flatMap(({ status, means, at, codes }) =>
    at === undefined || codes === undefined
      ? []
      : [{ status, means, place: compilePointer(at), keys: localKeys(codes) }],
  );
  const alone = new Map(rows.flatMap(({ status, means, at }) => (at === undefined ? [[status, means] as const] : [])));
  return (reply) => {
    const candidates = byCode.filter(({ status }) => status === reply.status);
    const body = candidates.length === 0 ? null : readable(reply, document);
    const row = candidates.find(({ place, keys }) => keys.has(localKey(place(body)) ?? ''));
    return row?.means ?? alone.get(reply.status) ?? null;
  };
}

function readable(reply: UpstreamReply, document: (reply: UpstreamReply) => JsonValue): JsonValue {
  try {
    return document(reply);
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

/** Puts what a string of JSON says in its place. An empty string says nothing; what is no string needs no opening. */
function compileOpening(at: string): (document: JsonValue) => JsonValue {
  const place = compilePointer(at);
  return (document) => {
    const text = place(document);
    return typeof text === 'string' && text !== '' ? withValueAt(document, at, parseJson(text)) : document;
  };
}

function requireObject(value: JsonValue | undefined): JsonValue {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UpstreamError('malformed', 'the reply has no record where one was declared');
}

function requireStatement(value: JsonValue | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UpstreamError('signature', 'the reply has no signed statement where one was declared');
}
