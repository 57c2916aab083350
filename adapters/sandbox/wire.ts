import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Outcome } from '../../schemas/driver-config.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { withValueAt } from '../with-value-at.ts';
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
  readonly body: string;
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
}

/** The system's side of one driver's protocol: it checks the caller before it looks anything up. */
export interface Wire {
  /** What the operator of the gateway is handed, by the driver's names. Made anew at every start. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly handle: (request: ReceivedRequest) => Promise<WireReply>;
  /** A fresh code of a template; some systems write the end of its life into it. */
  readonly mint: (template: string, expired: boolean) => string;
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
export interface EnvelopeConfig {
  readonly path: string;
  readonly code_member: string;
  readonly outcome: Outcome;
  readonly record_at: string;
}

/** The system's own envelope round an answer, at the places and with the codes that its manifest declares. */
export function envelopeOf(config: EnvelopeConfig, statementAt: string | null, answer: WireAnswer): JsonValue {
  if (answer.kind !== 'found') {
    const codes = answer.kind === 'expired' ? config.outcome.expired : config.outcome.unknown;
    return errorEnvelope(config, codes[0] ?? 'undeclared', answer.kind);
  }
  const bare = withValueAt({}, config.record_at, answer.record);
  const coded = withValueAt(bare, config.outcome.at, config.outcome.found[0] ?? 'undeclared');
  return statementAt === null || answer.statement === null ? coded : withValueAt(coded, statementAt, answer.statement);
}

/** The system's own envelope round an error code that is no answer. */
export function errorEnvelope(config: EnvelopeConfig, code: string | number, message: string): JsonValue {
  return withValueAt({ message }, config.outcome.at, code);
}

/** A string member of a JSON object body, or null. */
export function jsonMember(body: string, member: string): string | null {
  const value = jsonMembers(body).get(member);
  return typeof value === 'string' ? value : null;
}

/** The members of a JSON object body; none when it is something else. */
export function jsonMembers(body: string): ReadonlyMap<string, unknown> {
  const parsed = jsonOrUndefined(body);
  return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
}
