import { UpstreamBusy, UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { StatementAnswer, StatementReply, StatementRequest } from '../../schemas/statement-exchange.ts';
import { widestForm } from '../../schemas/token-form.ts';
import type { JwkSet } from '../trust/public-key.ts';
import { verifyStatementAnswer } from '../trust/statement-answer.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { NodeWire } from './node-wire.ts';
import type { AskingGateway, NodeAnswer, Question } from './question.ts';
import { QuestionBatcher } from './question-batcher.ts';
import { randomBase64url } from './random-pool.ts';
import { heardBy } from './upstream-client.ts';

/** A statement with its disclosures, the answer, and the JSON around them. */
export const MAX_NODE_REPLY_BYTES = 24_576;

/** The statement keys of a province's issuer entity, as its chain vouches for them; `reread` after an unknown kid. */
export type NodeKeys = (node: string, province: ProvinceCode, reread?: 'reread') => Promise<{ readonly jwks: JwkSet }>;

/** A province's node as its answers are checked. */
export interface NodeParts {
  /** The issuer entity. */
  readonly node: string;
  readonly province: ProvinceCode;
  readonly keys: NodeKeys;
  readonly nowMs: () => number;
}

/**
 * Asks a province's node. What comes back is checked against the question before any of it counts, "no such code" and
 * "busy" included. Throws UpstreamError where nobody answered, or not this.
 */
export function openNodeClient(parts: NodeParts & NodeWire): (question: Question) => Promise<NodeAnswer> {
  const batcher = new QuestionBatcher(parts);
  const ask = async (question: Question): Promise<NodeAnswer> => {
    const { gateway, code, token } = question;
    if (gateway === null) throw new UpstreamError('credentials', 'no gateway here may ask a node');
    const { request, reply } = await batcher.ask(gateway, () => requestOf(question), (code ?? token).length);
    return await readReply(parts, gateway, request, reply);
  };
  return (question) => heardBy(parts.client, ask(question));
}

/** The question as it goes on the wire, with a nonce of its own each time. */
export function requestOf({ token, code, purpose, forms }: Question): StatementRequest {
  const nonce = randomBase64url(16);
  const asked = { purpose, nonce, ...(widestForm(forms) === 'jws' ? {} : { forms: [...forms] }) };
  return code === null ? { reference: token, ...asked } : { code, ...asked };
}

/** Checks what came back against the question, and says what it comes to. Throws UpstreamError. */
export async function readReply(
  parts: NodeParts,
  gateway: AskingGateway,
  request: StatementRequest,
  reply: StatementReply,
): Promise<NodeAnswer> {
  const answer = await opened(parts, { issuer: parts.node, gateway: gateway.entityId, request }, reply);
  return outcomeOf(answer, reply);
}

async function opened(
  { node, province, keys, nowMs }: NodeParts,
  asked: Parameters<typeof verifyStatementAnswer>[1],
  reply: StatementReply,
): Promise<StatementAnswer> {
  const open = async (reread?: 'reread') => {
    const { jwks } = await keys(node, province, reread);
    return await verifyStatementAnswer(reply, asked, jwks, Math.floor(nowMs() / 1000));
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
    case 'busy': {
      const { retry_after_s } = answer;
      throw new UpstreamBusy(
        "the province's node is asked too much",
        retry_after_s === null ? null : retry_after_s * 1000,
      );
    }
    case 'not_ours':
      throw new UpstreamError('malformed', 'the node that the manifest names does not know codes of this province');
  }
}
