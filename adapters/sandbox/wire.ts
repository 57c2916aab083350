import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import type { QuestionConfig } from '../drivers/question.ts';
import type { ReplyConfig } from '../drivers/reply.ts';
import { compilePointer, stepsOf } from '../pointer.ts';
import { withValueAt } from '../with-value-at.ts';
import { encodeGb18030 } from './encode-gb18030.ts';
import type { SandboxKey } from './keys.ts';
import { mintText } from './mint.ts';
import type { NonceBook } from './nonce-book.ts';

/** A request as the simulated system received it. `path` has no query; `query` is what followed the question mark. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WireReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export type WireAnswer =
  | { readonly kind: 'found'; readonly record: JsonValue; readonly statement: string | null }
  | { readonly kind: 'expired' | 'unknown' };

/** What a wire is given: the clock, the memory of nonces, and whether a fault has it refuse every signature. */
export interface WireTools {
  readonly statementAt: string | null;
  readonly nowMs: () => number;
  readonly nonces: NonceBook;
  readonly refusing: () => boolean;
  readonly answer: (subject: string) => Promise<WireAnswer>;
  /** For systems whose code is itself signed. */
  readonly codeCurve: 'P-256' | 'SM2';
  /** For systems that publish signed documents: whoever pins it goes on believing them after a restart. */
  readonly publishingKey: () => SandboxKey;
}

/** The system's side of one driver's protocol: it checks the caller before it looks anything up. */
export interface Wire {
  /** What the operator of the gateway is handed, by the driver's names. Made anew at every start. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly handle: (request: ReceivedRequest) => Promise<WireReply>;
  /** A fresh code of a template; some systems write the end of its life into it, or all that it stands for (`record`). */
  readonly mint: (template: string, expired: boolean, record?: JsonValue) => string;
  /** What the system is asked about when a gateway took this token from a code. */
  readonly subjectOf: (token: string) => string;
}

/** The usual case: nothing in a code but chance, and the system is asked about just that. */
export const plainCodes: Pick<Wire, 'mint' | 'subjectOf'> = { mint: mintText, subjectOf: (token) => token };

/** How far a caller's clock may be from ours. */
const CLOCK_WINDOW_MS = 5 * 60_000;

export function isTimely(atMs: number, nowMs: number): boolean {
  return Number.isFinite(atMs) && Math.abs(nowMs - atMs) <= CLOCK_WINDOW_MS;
}

/** One header as text; empty when missing, and when sent twice, which no honest client does. */
export function headerOf(request: ReceivedRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

export function jsonReply(status: number, body: JsonValue): WireReply {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

/** What every driver's settings say about question and answer. */
export type ExchangeConfig = QuestionConfig & ReplyConfig & { readonly path: string };

/** How a system writes a document: JSON, or its driver's own format. The charset stands in the content type where it is UTF-8. */
export type WriteDocument = (document: JsonValue) => Pick<WireReply, 'contentType' | 'body'>;

const writeJson: WriteDocument = (document) => ({ contentType: 'application/json', body: JSON.stringify(document) });

/**
 * An answer with the codes, at the places, in the status and in the encoding that the manifest declares. A system that
 * says "no such code" by its status says so here too.
 */
export function answerReply(
  config: ExchangeConfig,
  statementAt: string | null,
  answer: WireAnswer,
  write: WriteDocument = writeJson,
): WireReply {
  const { status, document } = documentOf(config, statementAt, answer);
  return systemReply(config, status, document, write);
}

/** Any document of a system, with its strings of JSON and in its encoding. */
export function systemReply(
  config: ReplyConfig,
  status: number,
  document: JsonValue,
  write: WriteDocument = writeJson,
): WireReply {
  const { contentType, body } = write((config.json_strings ?? []).toReversed().reduce(withJsonString, document));
  return config.charset === undefined || config.charset === 'UTF-8'
    ? { status, contentType: `${contentType}; charset=utf-8`, body }
    : { status, contentType, body: encodeGb18030(String(body)) };
}

function documentOf(
  config: ExchangeConfig,
  statementAt: string | null,
  answer: WireAnswer,
): { readonly status: number; readonly document: JsonValue } {
  const { outcome, record_at } = config;
  if (answer.kind !== 'found') return absence(config, answer.kind);
  const bare = withValueAt({}, record_at, answer.record);
  const coded = withValueAt(bare, outcome.at, outcome.found[0] ?? 'undeclared');
  const { statement } = answer;
  return {
    status: 200,
    document: statementAt === null || statement === null ? coded : withValueAt(coded, statementAt, statement),
  };
}

function absence(config: ExchangeConfig, why: 'expired' | 'unknown') {
  const [code] = config.outcome[why];
  const row = config.outcome.by_status?.find(({ means }) => means === why);
  if (code !== undefined || row === undefined) {
    return { status: 200, document: errorEnvelope(config, code ?? 'undeclared', why) };
  }
  const { status, at, codes: [rowCode] = [] } = row;
  return { status, document: at === undefined ? { message: why } : withValueAt({}, at, rowCode ?? 'undeclared') };
}

function withJsonString(document: JsonValue, at: string): JsonValue {
  const value = compilePointer(at)(document);
  return value === undefined ? document : withValueAt(document, at, JSON.stringify(value));
}

function errorEnvelope(config: ReplyConfig, code: string | number, message: string): JsonValue {
  return withValueAt({ message }, config.outcome.at, code);
}

/** The system's own envelope round a code that is no answer. */
export function errorReply(config: ReplyConfig, status: number, code: string | number, message: string): WireReply {
  return systemReply(config, status, errorEnvelope(config, code, message));
}

/** The system does not take us for who we are, in the way that the manifest declares, or with 401. */
export function refusalReply(config: ReplyConfig, message: string): WireReply {
  const [code] = config.outcome.refused ?? [];
  return errorReply(config, code === undefined ? 401 : 200, code ?? 'refused', message);
}

/** The code that a JSON body asks about, or null where it is not asked as the manifest says. */
export function codeInJson(body: string, config: QuestionConfig): string | null {
  const asked = jsonOrUndefined(body);
  return asked === undefined ? null : codeIn(asked, config);
}

/** The same of a form: where the question stands in an object, a field holds it as JSON. */
export function codeInForm(form: URLSearchParams, config: QuestionConfig): string | null {
  const [step] = stepsOf(config.within ?? '');
  const members = [...form].map(([name, value]) => [name, name === step ? (jsonOrUndefined(value) ?? null) : value]);
  return codeIn(Object.fromEntries(members), config);
}

function codeIn(asked: JsonValue, { code_member, within = '', fields = [] }: QuestionConfig): string | null {
  const members = compilePointer(within)(asked) ?? null;
  const textOf = (name: string) => compilePointer(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)(members);
  const code = textOf(code_member);
  return typeof code === 'string' && fields.every(({ name, value }) => textOf(name) === value) ? code : null;
}

/** The members of a JSON object body; none when it is something else. */
export function jsonMembers(body: string): ReadonlyMap<string, unknown> {
  const parsed = jsonOrUndefined(body);
  return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
}
