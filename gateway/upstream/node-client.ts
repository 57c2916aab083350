import { randomBytes } from 'node:crypto';
import { textOf } from '../../adapters/drivers/reply-text.ts';
import { retryAfterMs } from '../../adapters/drivers/retry-after.ts';
import { UpstreamBusy, UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import {
  HOPS_HEADER,
  type StatementAnswer,
  type StatementReply,
  type StatementRequest,
  statementReplySchema,
  WITHIN_HEADER,
} from '../../schemas/statement-exchange.ts';
import type { JwkSet } from '../trust/public-key.ts';
import { openStatementAnswer } from '../trust/statement-answer.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { NodeTokens } from './node-tokens.ts';
import type { AskingGateway, NodeAnswer, Question } from './question.ts';
import { heardBy, type UpstreamClient } from './upstream-client.ts';

/** A statement with its disclosures, the answer, and the JSON around them. */
export const MAX_NODE_REPLY_BYTES = 24_576;
/** Of the time that is left, what the way back takes. */
const RETURN_MS = 50;

/** The statement keys of a province's issuer entity, as its chain vouches for them; `reread` after an unknown kid. */
export type NodeKeys = (node: string, province: ProvinceCode, reread?: 'reread') => Promise<{ readonly jwks: JwkSet }>;

interface Parts {
  /** The issuer entity; its node is asked below this address. */
  readonly node: string;
  readonly province: ProvinceCode;
  readonly client: UpstreamClient;
  readonly timeoutMs: number;
  readonly tokens: NodeTokens;
  readonly keys: NodeKeys;
  readonly nowMs: () => number;
}

/**
 * Asks a province's node. What comes back is checked against the question before any of it counts, "no such code" and
 * "busy" included. Throws UpstreamError where nobody answered, or not this.
 */
export function openNodeClient(parts: Parts): (question: Question) => Promise<NodeAnswer> {
  const { node, client } = parts;
  const ask = async (question: Question): Promise<NodeAnswer> => {
    const { gateway } = question;
    if (gateway === null) throw new UpstreamError('credentials', 'no gateway here may ask a node');
    const request = requestOf(question);
    const reply = await send(parts, gateway, request);
    const answer = await opened(parts, { issuer: node, gateway: gateway.entityId, request }, reply);
    return outcomeOf(answer, reply);
  };
  return (question) => heardBy(client, ask(question));
}

function requestOf({ token, code, purpose }: Question): StatementRequest {
  const nonce = randomBytes(16).toString('base64url');
  return code === null ? { reference: token, purpose, nonce } : { code, purpose, nonce };
}

async function send(
  { node, client, timeoutMs, tokens, nowMs }: Parts,
  gateway: AskingGateway,
  request: StatementRequest,
): Promise<StatementReply> {
  const reply = await client.fetch({
    method: 'POST',
    path: '/v1/statements',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokens.tokenFor(gateway, node)}`,
      [HOPS_HEADER]: '1',
      [WITHIN_HEADER]: String(Math.max(1, timeoutMs - RETURN_MS)),
    },
    body: JSON.stringify(request),
  });
  const { status, headers } = reply;
  if (status === 401) tokens.forget(gateway, node);
  if (status === 429 || status === 503) {
    throw new UpstreamBusy("the province's node is asked too much", retryAfterMs(headers['retry-after'], nowMs()));
  }
  if (status !== 200) throw new UpstreamError('status', "the province's node refused the question");
  const parsed = statementReplySchema.safeParse(jsonOrUndefined(textOf(reply, 'UTF-8')));
  if (!parsed.success) throw new UpstreamError('malformed', "the province's node did not answer in the agreed form");
  return parsed.data;
}

async function opened(
  { node, province, keys, nowMs }: Parts,
  asked: Parameters<typeof openStatementAnswer>[1],
  reply: StatementReply,
): Promise<StatementAnswer> {
  const open = async (reread?: 'reread') => {
    const { jwks } = await keys(node, province, reread);
    return await openStatementAnswer(reply, asked, jwks, Math.floor(nowMs() / 1000));
  };
  try {
    return await open().catch((error: unknown) => {
      // The issuer may have rotated its key since its chain was read.
      if (error instanceof TrustError && error.code === 'key_unknown') return open('reread');
      throw error;
    });
  } catch (cause) {
    if (!(cause instanceof TrustError)) throw cause;
    if (cause.code === 'fetch_failed') {
      throw new UpstreamError('connect_failed', "the issuer's chain cannot be fetched", { cause });
    }
    // An answer that is good in itself, but to another question or with another statement.
    if (cause.code === 'evidence_mismatch') {
      throw new UpstreamError('statement_mismatch', 'the answer does not belong to the question', { cause });
    }
    throw new UpstreamError('signature', "the node's answer does not verify", { cause });
  }
}

function outcomeOf(answer: StatementAnswer, { statement }: StatementReply): NodeAnswer {
  switch (answer.outcome) {
    case 'statement': {
      if (statement === undefined) throw new UpstreamError('statement_mismatch', 'there is no statement');
      return { kind: 'stated', statement, reasons: answer.reasons, localGroundOnly: answer.local_ground_only };
    }
    case 'absent':
      return { kind: 'absent', why: answer.why };
    case 'unavailable':
      return { kind: 'unavailable', reasons: answer.reasons };
    case 'busy':
      throw new UpstreamBusy("the province's node is asked too much", answer.retry_after_s * 1000);
    case 'not_ours':
      throw new UpstreamError('malformed', 'the node that the manifest names does not know codes of this province');
  }
}
