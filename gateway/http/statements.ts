import type { Request, Response, Router } from 'express';
import type { Counter } from 'prom-client';
import {
  HOPS_HEADER,
  MOST_HOPS,
  NODE_TOKEN_LIFETIME_S,
  STATEMENT_ANSWER_LIFETIME_S,
  type StatementRequest,
  statementRequestSchema,
  WITHIN_HEADER,
} from '../../schemas/statement-exchange.ts';
import { MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import { type Answered, answerQuestion, type Issuer, type IssuingContext } from '../issuing/answer-question.ts';
import type { AskingGateways, AskingParty } from '../issuing/asking-gateways.ts';
import { ProblemError } from '../problem-error.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';
import { admit, type Capacity } from './admission.ts';
import { jsonBodyReader } from './json-body.ts';
import { pathOf, resource } from './route.ts';

/** A code whose every character takes six bytes escaped, and the other members. */
const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;
/** How long a question's token could still be good. */
const REMEMBERED_MS = (NODE_TOKEN_LIFETIME_S + CLOCK_SKEW_S) * 1000;
/** What a question may take where whoever asks does not say. */
const USUAL_WITHIN_MS = 10_000;

interface Parts {
  readonly issuing: IssuingContext;
  readonly issuers: readonly Issuer[];
  /** Null: this node has no anchor, and believes nobody. */
  readonly askers: AskingGateways | null;
  readonly statements: Counter<'asker' | 'outcome'>;
  readonly shared: Capacity & {
    readonly askerLimit: RateLimit;
    readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  };
}

/** POST /v1/statements, below every issuer entity of this node and at its root: what other provinces' gateways ask. */
export function mountStatements(router: Router, { issuing, issuers, askers, statements, shared }: Parts): void {
  const readBody = jsonBodyReader(statementRequestSchema, MAX_REQUEST_BYTES);
  const seen = shared.seenOnce('statement-nonce', REMEMBERED_MS);

  async function authenticate(request: Request): Promise<AskingParty> {
    refuseLoop(request.get(HOPS_HEADER));
    if (askers === null) throw new ProblemError('unavailable', 'this node has no trust anchor');
    const party = await askers.authenticate(request.get('authorization'));
    const refused = await shared.askerLimit.take(party.gateway);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
    return party;
  }

  const door = {
    priority: 'single',
    clientOf: ({ gateway }: AskingParty) => gateway,
    read: readBody,
    maxBytes: MAX_REQUEST_BYTES,
    scansIn: () => 1,
  } as const;

  async function refuseRepeated(party: AskingParty, question: StatementRequest): Promise<void> {
    // Whoever overheard a question is told nothing by asking it again. A Redis that is away does not stop anybody.
    if ((await seen.claim(`${party.gateway} ${question.nonce}`)) === 'again') throw new ProblemError('proof_replayed');
  }

  async function answer(
    party: AskingParty,
    question: StatementRequest,
    request: Request,
    response: Response,
  ): Promise<Answered['outcome']> {
    const { issuer } = party;
    const withinMs = withinOf(request.get(WITHIN_HEADER));
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
      return party;
    };
    try {
      const { asker: party, body } = await admit(shared, { ...door, authenticate: known }, request, response);
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

/** A question that nodes pass round would never end; and what cannot be counted is not passed on either. */
function refuseLoop(hops = '1'): void {
  if (!/^\d{1,2}$/.test(hops) || Number(hops) > MOST_HOPS) throw new ProblemError('loop_refused');
}

function withinOf(ms = ''): number {
  return /^[1-9]\d{0,4}$/.test(ms) ? Math.min(Number(ms), USUAL_WITHIN_MS) : USUAL_WITHIN_MS;
}
