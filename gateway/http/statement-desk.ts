import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counter } from 'prom-client';
import {
  NODE_TOKEN_LIFETIME_S,
  STATEMENT_ANSWER_LIFETIME_S,
  type StatementReply,
  type StatementRequest,
} from '../../schemas/statement-exchange.ts';
import type { TokenForm } from '../../schemas/token-form.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import type { CoverageCounter } from '../coverage/coverage-counter.ts';
import { type Answered, answerQuestion, type Issuer, type IssuingContext } from '../issuing/answer-question.ts';
import type { AskingGateways, AskingParty } from '../issuing/asking-gateways.ts';
import { ProblemError } from '../problem-error.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';
import { admit, type Capacity } from './admission.ts';
import { asProblem } from './errors.ts';
import { followTrace, hopsOf } from './question-headers.ts';

/** How long a question's token could still be good. */
const REMEMBERED_MS = (NODE_TOKEN_LIFETIME_S + CLOCK_SKEW_S) * 1000;

export interface DeskParts {
  readonly issuing: IssuingContext;
  /** Null: this node has no anchor, and believes nobody. */
  readonly askers: Pick<AskingGateways<Issuer>, 'authenticate'> | null;
  readonly statements: Counter<'asker' | 'outcome'>;
  readonly coverage: Pick<CoverageCounter, 'state'>;
  readonly shared: Capacity & {
    readonly askerLimit: RateLimit;
    readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  };
}

/** What comes in: one question, or a frame of some. */
export interface Incoming<B> {
  readonly read: (request: IncomingMessage) => Promise<B>;
  /** The longest body that `read` takes, in bytes. */
  readonly maxBytes: number;
  readonly questionsIn: (body: B) => number;
}

/** How one question is to be answered. */
export interface AnswerTerms {
  /** What asking our own system may take. */
  readonly withinMs: number;
  /** In which forms whoever asks takes the answer; of the statement in it the question says so itself. */
  readonly answerForms: readonly TokenForm[];
}

/** What becomes of a question of another province's gateway, alone or among others. */
export class StatementDesk {
  readonly #parts: DeskParts;
  readonly #seen: SeenOnce;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#seen = parts.shared.seenOnce('statement-nonce', REMEMBERED_MS);
  }

  /** Lets another province's gateway in with what it asks. Throws ProblemError. */
  async enter<B>(
    request: IncomingMessage,
    response: ServerResponse,
    { read, maxBytes, questionsIn }: Incoming<B>,
  ): Promise<{ readonly party: AskingParty<Issuer>; readonly body: B }> {
    let asker = 'unknown';
    const authenticate = async () => {
      const party = await this.#authenticate(request);
      asker = party.province;
      followTrace(request, response);
      return party;
    };
    const clientOf = ({ gateway }: AskingParty<Issuer>) => gateway;
    const door = { priority: 'single', authenticate, clientOf, read, maxBytes, scansIn: questionsIn } as const;
    try {
      const { asker: party, body } = await admit(this.#parts.shared, door, request, response);
      return { party, body };
    } catch (error) {
      this.#countRefusal(asker, error);
      throw error;
    }
  }

  async #authenticate(request: IncomingMessage): Promise<AskingParty<Issuer>> {
    hopsOf(request);
    if (this.#parts.askers === null) throw new ProblemError('unavailable', 'this node has no trust anchor');
    const party = await this.#parts.askers.authenticate(request.headers.authorization);
    this.withinRate(party);
    return party;
  }

  /** Takes one question of what a gateway may ask a second; `enter` has taken the first. Throws `rate_limited`. */
  withinRate({ gateway }: AskingParty<Issuer>): void {
    const refused = this.#parts.shared.askerLimit.take(gateway);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
  }

  /** Answers one question and counts what came of it. Throws ProblemError. */
  async answer(
    party: AskingParty<Issuer>,
    read: () => Promise<StatementRequest>,
    terms: AnswerTerms,
  ): Promise<StatementReply> {
    try {
      const question = await read();
      // Whoever overheard a question is told nothing by asking it again. A Redis that is away does not stop anybody.
      if ((await this.#seen.claim(`${party.gateway} ${question.nonce}`)) === 'again') {
        throw new ProblemError('proof_replayed');
      }
      const { outcome, reply } = await this.#decide(party, question, terms);
      this.#countOutcome(party, outcome.outcome);
      return reply;
    } catch (error) {
      this.#countRefusal(party.province, error);
      throw error;
    }
  }

  async #decide(
    { gateway, province: destination, issuer }: AskingParty<Issuer>,
    question: StatementRequest,
    { withinMs, answerForms }: AnswerTerms,
  ): Promise<{ readonly outcome: Answered['outcome']; readonly reply: StatementReply }> {
    const { issuing, shared } = this.#parts;
    const { outcome, statement } = await shared.load.whileWaiting(() =>
      answerQuestion(issuing, issuer, { request: question, destination }, withinMs),
    );
    const iat = Math.floor(issuing.nowMs() / 1000);
    const bound = { iss: issuer.entityId, aud: gateway, iat, exp: iat + STATEMENT_ANSWER_LIFETIME_S };
    const claims = { ...bound, nonce: question.nonce, question: questionDigest(question), ...outcome };
    const answer = await signStatementAnswer(claims, issuer.signFor(answerForms));
    return { outcome, reply: { answer, ...(statement === undefined ? {} : { statement }) } };
  }

  #countOutcome({ province: asker, issuer }: AskingParty<Issuer>, outcome: Answered['outcome']['outcome']): void {
    const { statements, coverage, issuing } = this.#parts;
    statements.inc({ asker, outcome });
    coverage.state({ issuer: issuer.province, destination: asker, outcome, atMs: issuing.nowMs() });
  }

  #countRefusal(asker: string, error: unknown): void {
    this.#parts.statements.inc({ asker, outcome: asProblem(error).code });
  }
}
