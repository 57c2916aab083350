import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Problem } from '../../schemas/problem.ts';
import {
  type StatementBatchLine,
  type StatementRequest,
  statementBatchFrameSchema,
  statementRequestSchema,
} from '../../schemas/statement-exchange.ts';
import { EVERY_FORM, PLAIN_FORM } from '../../schemas/token-form.ts';
import { MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import type { Issuer } from '../issuing/answer-question.ts';
import { type AskingParty, unboundToken } from '../issuing/asking-gateways.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import { questionDigest } from '../trust/statement-answer.ts';
import { asProblem, whereItBroke } from './errors.ts';
import type { HotRoutes } from './hot-routes.ts';
import { allInSlices } from './in-slices.ts';
import { jsonBodyReader, parseJson } from './json-body.ts';
import { hopsOf, withinOf } from './question-headers.ts';
import { beginReply, notesOf, sendJson } from './reply.ts';
import { pathOf } from './route.ts';
import { type DeskParts, StatementDesk } from './statement-desk.ts';

/** A code whose every character takes six bytes escaped, and the other members. */
export const MAX_QUESTION_BYTES = MAX_CODE_LENGTH * 6 + 1024;
const MAX_BATCH_BYTES = 262_144;

interface Parts extends DeskParts {
  readonly issuers: readonly Issuer[];
  readonly log: Logger;
}

/**
 * POST /v1/statements and its batch, below every issuer entity of this node and at its root: what other provinces' gateways
 * ask. Of a batch only the frame can fail as a whole.
 */
export function mountStatements(hot: HotRoutes, { issuers, log, ...parts }: Parts): void {
  const desk = new StatementDesk(parts);
  const question = {
    read: jsonBodyReader(statementRequestSchema, MAX_QUESTION_BYTES),
    maxBytes: MAX_QUESTION_BYTES,
    questionsIn: () => 1,
  };
  const frame = {
    read: jsonBodyReader(statementBatchFrameSchema, MAX_BATCH_BYTES),
    maxBytes: MAX_BATCH_BYTES,
    questionsIn: ({ items }: { readonly items: readonly unknown[] }) => items.length,
  };

  async function one(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { party, body } = await desk.enter(request, response, question);
    const terms = { withinMs: withinOf(request), answerForms: body.forms ?? PLAIN_FORM };
    const read = async () => {
      await refuseOtherQuestion(party, hopsOf(request), body);
      return body;
    };
    sendJson(response, 200, await desk.answer(party, read, terms));
  }

  async function batch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { party, body } = await desk.enter(request, response, frame);
    const withinMs = withinOf(request);
    // What a relay passes on is one question.
    if (party.question !== null || hopsOf(request) > 1) throw unboundToken();
    beginReply(response, 200, { 'Content-Type': 'application/x-ndjson' });
    const write = openLines(response);
    await allInSlices(body.items, async (item, index) => {
      const reply = await itemReply(party, item, index, withinMs).catch((error) => problemInPlace(error, response));
      write({ index, ...reply });
    });
    response.end();
  }

  /** Whoever asks in batches knows both forms of an answer. */
  async function itemReply(party: AskingParty<Issuer>, item: unknown, index: number, withinMs: number) {
    const read = async () => {
      if (index > 0) desk.withinRate(party);
      return parseJson(statementRequestSchema, item, 'the item');
    };
    return await desk.answer(party, read, { withinMs, answerForms: EVERY_FORM });
  }

  /** An item's refusal stands in the item's line, and so does a fault of ours: the others have their answers. */
  function problemInPlace(error: unknown, response: ServerResponse): { readonly problem: Problem } {
    if (!(error instanceof ProblemError)) {
      log.error({ request_id: notesOf(response).requestId, ...whereItBroke(error) }, 'a question of a batch failed');
    }
    const { code, detail } = asProblem(error);
    return { problem: problemOf(code, detail) };
  }

  for (const path of new Set(['', ...issuers.map(({ entityId }) => pathOf(entityId))])) {
    hot.post(`${path}/v1/statements`, one);
    hot.post(`${path}/v1/statements/batch`, batch);
  }
}

/** Lines go out as they come; to whoever has gone nothing is written. */
function openLines(response: ServerResponse): (line: StatementBatchLine) => void {
  return (line) => {
    if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`);
  };
}

/**
 * A token that is bound to a question is good for no other, however it came; and one that came through another node has to
 * be bound, or that node could ask whatever it liked with it.
 */
async function refuseOtherQuestion(
  { question: bound }: AskingParty<Issuer>,
  hops: number,
  question: StatementRequest,
): Promise<void> {
  if (bound === null && hops === 1) return;
  if (bound !== questionDigest(question)) throw unboundToken();
}
