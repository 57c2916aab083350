import type { Request, Response, Router } from 'express';
import type { Counter } from 'prom-client';
import {
  NODE_TOKEN_LIFETIME_S,
  STATEMENT_ANSWER_LIFETIME_S,
  type StatementRequest,
  statementRequestSchema,
} from '../../schemas/statement-exchange.ts';
import { MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import { type Answered, answerQuestion, type Issuer, type IssuingContext } from '../issuing/answer-question.ts';
import { type AskingGateways, type AskingParty, unboundToken } from '../issuing/asking-gateways.ts';
import { ProblemError } from '../problem-error.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';
import { admit, type Capacity } from './admission.ts';
import { jsonBodyReader } from './json-body.ts';
import { followTrace, hopsOf, withinOf } from './question-headers.ts';
import { pathOf, resource } from './route.ts';

/** A code whose every character takes six bytes escaped, and the other members. */
export const MAX_QUESTION_BYTES = MAX_CODE_LENGTH * 6 + 1024;
/** How long a question's token could still be good. */
const REMEMBERED_MS = (NODE_TOKEN_LIFETIME_S + CLOCK_SKEW_S) * 1000;

interface Parts {
  readonly issuing: IssuingContext;
  readonly issuers: readonly Issuer[];
  /** Null: this node has no anchor, and believes nobody. */
  readonly askers: AskingGateways<Issuer> | null;
  readonly statements: Counter<'asker' | 'outcome'>;
  readonly shared: Capacity & {
    readonly askerLimit: RateLimit;
    readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  };
}

/** POST /v1/statements, below every issuer entity of this node and at its root: what other provinces' gateways ask. */
export function mountStatements(router: Router, { issuing, issuers, askers, statements, shared }: Parts): void {
  const readBody = jsonBodyReader(statementRequestSchema, MAX_QUESTION_BYTES);
  const seen = shared.seenOnce('statement-nonce', REMEMBERED_MS);

  async function authenticate(request: Request): Promise<AskingParty<Issuer>> {
    hopsOf(request);
    if (askers === null) throw new ProblemError('unavailable', 'this node has no trust anchor');
    const party = await askers.authenticate(request.get('authorization'));
    const refused = await shared.askerLimit.take(party.gateway);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
    return party;
  }

  const door = {
    priority: 'single',
    clientOf: ({ gateway }: AskingParty<Issuer>) => gateway,
    read: readBody,
    maxBytes: MAX_QUESTION_BYTES,
    scansIn: () => 1,
  } as const;

  async function refuseRepeated(party: AskingParty<Issuer>, question: StatementRequest): Promise<void> {
    // Whoever overheard a question is told nothing by asking it again. A Redis that is away does not stop anybody.
    if ((await seen.claim(`${party.gateway} ${question.nonce}`)) === 'again') throw new ProblemError('proof_replayed');
  }

  async function answer(
    party: AskingParty<Issuer>,
    question: StatementRequest,
    request: Request,
    response: Response,
  ): Promise<Answered['outcome']> {
    const { issuer } = party;
    const withinMs = withinOf(request);
    const { outcome, statement } = await shared.load.whileWaiting(() =>
      answerQuestion(issuing, issuer, question, withinMs),
    );
    const iat = Math.floor(issuing.nowMs() / 1000);
    const bound = { iss: issuer.entityId, aud: party.gateway, iat, exp: iat + STATEMENT_ANSWER_LIFETIME_S };
    const claims = { ...bound, nonce: question.nonce, question: await questionDigest(question), ...outcome };
    const signed = await signStatementAnswer(claims, issuer.signer());
    response.json({ answer: signed, ...(statement === undefined ? {} : { statement }) });
    return outcome;
  }

  const handle = async (request: Request, response: Response) => {
    let asker = 'unknown';
    const known = async () => {
      const party = await authenticate(request);
      asker = party.province;
      followTrace(request, response);
      return party;
    };
    try {
      const { asker: party, body } = await admit(shared, { ...door, authenticate: known }, request, response);
      await refuseOtherQuestion(party, hopsOf(request), body);
      await refuseRepeated(party, body);
      const { outcome } = await answer(party, body, request, response);
      statements.inc({ asker, outcome });
    } catch (error) {
      statements.inc({ asker, outcome: error instanceof ProblemError ? error.code : 'internal' });
      throw error;
    }
  };
  for (const path of new Set(['', ...issuers.map(({ entityId }) => pathOf(entityId))])) {
    resource(router, `${path}/v1/statements`, { POST: handle });
  }
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
  if (bound !== (await questionDigest(question))) throw unboundToken();
}
