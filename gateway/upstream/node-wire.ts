import type { UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { textOf } from '../../adapters/drivers/reply-text.ts';
import { retryAfterMs } from '../../adapters/drivers/retry-after.ts';
import { UpstreamBusy, UpstreamError } from '../../adapters/upstream-error.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { ProblemCode } from '../../schemas/problem.ts';
import {
  HOPS_HEADER,
  type StatementReply,
  type StatementRequest,
  statementBatchLineSchema,
  statementReplySchema,
  WITHIN_HEADER,
} from '../../schemas/statement-exchange.ts';
import type { NodeTokens } from './node-tokens.ts';
import type { AskingGateway } from './question.ts';
import type { MakeRequest, UpstreamClient } from './upstream-client.ts';

/** Of the time that is left, what the way back takes. */
export const RETURN_MS = 50;

/** The wire to one province's node. */
export interface NodeWire {
  /** The issuer entity; its node is asked below this address. */
  readonly node: string;
  readonly client: UpstreamClient;
  readonly timeoutMs: number;
  readonly tokens: NodeTokens;
  readonly nowMs: () => number;
}

/** What came back, not verified yet, and to which request: the last one that was made, with its nonce. */
export interface NodeReply {
  readonly request: StatementRequest;
  readonly reply: StatementReply;
}

/** A question on its way. `make` gives a request with a nonce of its own, since an issuer answers no nonce twice. */
export interface TravellingQuestion {
  readonly make: () => StatementRequest;
  readonly resolve: (reply: NodeReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends one question and settles it. */
export async function sendAlone(wire: NodeWire, gateway: AskingGateway, question: TravellingQuestion): Promise<void> {
  const { client } = wire;
  try {
    let requests: readonly StatementRequest[] = [];
    const reply = await presented(wire, gateway, (headers) =>
      client.fetchMade(() => {
        requests = [question.make()];
        return { method: 'POST', path: '/v1/statements', headers, body: JSON.stringify(requests[0]) };
      }),
    );
    const [request] = requests;
    if (request === undefined) throw malformed();
    question.resolve({ request, reply: parsedReply(reply, wire.nowMs()) });
  } catch (error) {
    question.reject(error);
  }
}

/** Reads the reply to one question. Throws UpstreamError for anything but a reply. */
export function parsedReply(reply: UpstreamReply, nowMs: number): StatementReply {
  refuseStatus(reply, nowMs);
  const parsed = statementReplySchema.safeParse(jsonOrUndefined(textOf(reply, 'UTF-8')));
  if (!parsed.success) throw malformed();
  return parsed.data;
}

/** Makes a request once. What is bound to its nonce must not be sent twice: the second would look like a replay. */
export function madeOnce(request: UpstreamRequest): MakeRequest {
  let isMade = false;
  return () => {
    if (isMade) throw new UpstreamError('reset', 'the connection was cut, and the question is good for one request');
    isMade = true;
    return request;
  };
}

/**
 * Sends some questions together and settles each as its line comes. What fails the batch fails every question that is still
 * open. False, with nothing settled: the node knows no batches.
 */
export async function sendTogether(
  wire: NodeWire,
  gateway: AskingGateway,
  questions: readonly TravellingQuestion[],
): Promise<boolean> {
  const { client } = wire;
  const open = new Map(questions.entries());
  let requests: readonly StatementRequest[] = [];
  const onLine = (line: string) => {
    const parsed = statementBatchLineSchema.safeParse(jsonOrUndefined(line));
    if (!parsed.success) throw malformed();
    const { index, ...outcome } = parsed.data;
    const [question, request] = [open.get(index), requests[index]];
    // An index that was not asked for, or that was answered before: who sends it cannot be told apart from the node.
    if (question === undefined || request === undefined) throw malformed();
    open.delete(index);
    if ('problem' in outcome) question.reject(refusalOf(outcome.problem.code));
    else question.resolve({ request, reply: outcome });
  };
  try {
    const reply = await presented(wire, gateway, (headers) => {
      const make = () => {
        requests = questions.map((question) => question.make());
        const body = JSON.stringify({ items: requests });
        return { method: 'POST' as const, path: '/v1/statements/batch', headers, body };
      };
      return client.fetchMade(make, { most: questions.length, onLine });
    });
    if (reply.status === 404) return false;
    refuseStatus(reply, wire.nowMs());
    if (open.size > 0) throw malformed();
  } catch (error) {
    for (const { reject } of open.values()) reject(error);
  }
  return true;
}

/** Sends in the gateway's name, with headers that say so. */
function presented(
  { node, timeoutMs, tokens }: NodeWire,
  gateway: AskingGateway,
  send: (headers: Readonly<Record<string, string>>) => Promise<UpstreamReply>,
): Promise<UpstreamReply> {
  return tokens.present(gateway, node, (token) =>
    send({
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      [HOPS_HEADER]: '1',
      [WITHIN_HEADER]: String(Math.max(1, timeoutMs - RETURN_MS)),
    }),
  );
}

function refuseStatus({ status, headers }: UpstreamReply, nowMs: number): void {
  if (status === 200) return;
  if (status === 429 || status === 503) throw busy(retryAfterMs(headers['retry-after'], nowMs));
  throw refused();
}

function refusalOf(code: ProblemCode): UpstreamError {
  return code === 'rate_limited' || code === 'unavailable' ? busy(null) : refused();
}

function busy(retryAfter: number | null): UpstreamBusy {
  return new UpstreamBusy("the province's node is asked too much", retryAfter);
}

function refused(): UpstreamError {
  return new UpstreamError('status', "the province's node refused the question");
}

function malformed(): UpstreamError {
  return new UpstreamError('malformed', "the province's node did not answer in the agreed form");
}
