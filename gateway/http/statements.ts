import type { Request, Response, Router } from 'express';
import type { Logger } from 'pino';
import type { Problem } from '../../schemas/problem.ts';
import {
  type StatementBatchLine,
  statementBatchFrameSchema,
  statementRequestSchema,
  WITHIN_HEADER,
} from '../../schemas/statement-exchange.ts';
import { EVERY_FORM, PLAIN_FORM } from '../../schemas/token-form.ts';
import { MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import type { Issuer } from '../issuing/answer-question.ts';
import type { AskingParty } from '../issuing/asking-gateways.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import { requestIdOf, whereItBroke } from './errors.ts';
import { allInSlices } from './in-slices.ts';
import { jsonBodyReader, parseJson } from './json-body.ts';
import { pathOf, resource } from './route.ts';
import { type DeskParts, StatementDesk } from './statement-desk.ts';

/** A code whose every character takes six bytes escaped, and the other members. */
const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;
const MAX_BATCH_BYTES = 262_144;
/** What a question may take where whoever asks does not say. */
const USUAL_WITHIN_MS = 10_000;

interface Parts extends DeskParts {
  readonly issuers: readonly Issuer[];
  readonly log: Logger;
}

/**
 * POST /v1/statements and its batch, below every issuer entity of this node and at its root: what other provinces' gateways
 * ask. Of a batch only the frame can fail as a whole.
 */
export function mountStatements(router: Router, { issuers, log, ...parts }: Parts): void {
  const desk = new StatementDesk(parts);
  const question = {
    read: jsonBodyReader(statementRequestSchema, MAX_REQUEST_BYTES),
    maxBytes: MAX_REQUEST_BYTES,
    questionsIn: () => 1,
  };
  const frame = {
    read: jsonBodyReader(statementBatchFrameSchema, MAX_BATCH_BYTES),
    maxBytes: MAX_BATCH_BYTES,
    questionsIn: ({ items }: { readonly items: readonly unknown[] }) => items.length,
  };

  async function one(request: Request, response: Response): Promise<void> {
    const { party, body } = await desk.enter(request, response, question);
    const terms = { withinMs: withinOf(request.get(WITHIN_HEADER)), answerForms: body.forms ?? PLAIN_FORM };
    response.json(await desk.answer(party, async () => body, terms));
  }

  async function batch(request: Request, response: Response): Promise<void> {
    const { party, body } = await desk.enter(request, response, frame);
    const withinMs = withinOf(request.get(WITHIN_HEADER));
    response.status(200).type('application/x-ndjson');
    const write = openLines(response);
    await allInSlices(body.items, async (item, index) => {
      const reply = await itemReply(party, item, index, withinMs).catch((error) => problemInPlace(error, response));
      write({ index, ...reply });
    });
    response.end();
  }

  /** Whoever asks in batches knows both forms of an answer. */
  async function itemReply(party: AskingParty, item: unknown, index: number, withinMs: number) {
    const read = async () => {
      if (index > 0) await desk.withinRate(party);
      return parseJson(statementRequestSchema, item, 'the item');
    };
    return await desk.answer(party, read, { withinMs, answerForms: EVERY_FORM });
  }

  /** An item's refusal stands in the item's line, and so does a fault of ours: the others have their answers. */
  function problemInPlace(error: unknown, response: Response): { readonly problem: Problem } {
    if (error instanceof ProblemError) return { problem: problemOf(error.code, error.detail) };
    log.error({ request_id: requestIdOf(response), ...whereItBroke(error) }, 'a question of a batch failed');
    return { problem: problemOf('internal') };
  }

  for (const path of new Set(['', ...issuers.map(({ entityId }) => pathOf(entityId))])) {
    resource(router, `${path}/v1/statements`, { POST: one });
    resource(router, `${path}/v1/statements/batch`, { POST: batch });
  }
}

/** Lines go out as they come; to whoever has gone nothing is written. */
function openLines(response: Response): (line: StatementBatchLine) => void {
  return (line) => {
    if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`);
  };
}

function withinOf(ms = ''): number {
  return /^[1-9]\d{0,4}$/.test(ms) ? Math.min(Number(ms), USUAL_WITHIN_MS) : USUAL_WITHIN_MS;
}
