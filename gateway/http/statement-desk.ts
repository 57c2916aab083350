import type { Request, Response } from 'express';
import type { Counter } from 'prom-client';
import {
  HOPS_HEADER,
  MOST_HOPS,
  NODE_TOKEN_LIFETIME_S,
  STATEMENT_ANSWER_LIFETIME_S,
  type StatementReply,
  type StatementRequest,
} from '../../schemas/statement-exchange.ts';
import type { TokenForm } from '../../schemas/token-form.ts';
import type { LoadGauge } from '../access/load-gauge.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import { type Answered, answerQuestion, type IssuingContext } from '../issuing/answer-question.ts';
import type { AskingGateways, AskingParty } from '../issuing/asking-gateways.ts';
import { ProblemError } from '../problem-error.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';

/** How long a question's token could still be good. */
const REMEMBERED_MS = (NODE_TOKEN_LIFETIME_S + CLOCK_SKEW_S) * 1000;

export interface DeskParts {
  readonly issuing: IssuingContext;
  /** Null: this node has no anchor, and believes nobody. */
  readonly askers: Pick<AskingGateways, 'authenticate'> | null;
  readonly statements: Counter<'asker' | 'outcome'>;
  readonly shared: {
    readonly askerLimit: RateLimit;
    readonly load: LoadGauge;
    readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  };
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

  /**
   * Who asks. Turned away before anything is read: what is refused under overload must cost next to nothing. Counts as one
   * question until the reply is gone, `enter` as more. Throws ProblemError.
   */
  async access(request: Request, response: Response): Promise<AskingParty> {
    return await this.counted('unknown', async () => {
      this.#parts.shared.load.admit('single');
      this.enter(response, 1);
      refuseLoop(request.get(HOPS_HEADER));
      if (this.#parts.askers === null) throw new ProblemError('unavailable', 'this node has no trust anchor');
      const party = await this.#parts.askers.authenticate(request.get('authorization'));
      await this.withinRate(party);
      return party;
    });
  }

  enter(response: Response, questions: number): void {
    this.#parts.shared.load.enter(questions);
    response.once('close', () => this.#parts.shared.load.leave(questions));
  }

  /** Takes one question of what a gateway may ask a second; `access` has taken the first. Throws `rate_limited`. */
  async withinRate({ gateway }: AskingParty): Promise<void> {
    const refused = await this.#parts.shared.askerLimit.take(gateway);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
  }

  /** Reads one question, answers it and counts what came of it. Throws ProblemError. */
  async answer(
    party: AskingParty,
    read: () => Promise<StatementRequest>,
    termsOf: (question: StatementRequest) => AnswerTerms,
  ): Promise<StatementReply> {
    return await this.counted(party.province, async () => {
      const question = await read();
      // Whoever overheard a question is told nothing by asking it again. A Redis that is away does not stop anybody.
      if ((await this.#seen.claim(`${party.gateway} ${question.nonce}`)) === 'again') {
        throw new ProblemError('proof_replayed');
      }
      const { outcome, reply } = await this.#decide(party, question, termsOf(question));
      this.#parts.statements.inc({ asker: party.province, outcome: outcome.outcome });
      return reply;
    });
  }

  async #decide(
    { gateway, issuer }: AskingParty,
    question: StatementRequest,
    { withinMs, answerForms }: AnswerTerms,
  ): Promise<{ readonly outcome: Answered['outcome']; readonly reply: StatementReply }> {
    const { issuing, shared } = this.#parts;
    const { outcome, statement } = await shared.load.whileWaiting(() =>
      answerQuestion(issuing, issuer, question, withinMs),
    );
    const iat = Math.floor(issuing.nowMs() / 1000);
    const bound = { iss: issuer.entityId, aud: gateway, iat, exp: iat + STATEMENT_ANSWER_LIFETIME_S };
    const claims = { ...bound, nonce: question.nonce, question: await questionDigest(question), ...outcome };
    const answer = await signStatementAnswer(claims, issuer.signFor(answerForms));
    return { outcome, reply: { answer, ...(statement === undefined ? {} : { statement }) } };
  }

  /** Counts a refusal on its way: `asker` is a province, or `unknown`. */
  async counted<T>(asker: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#parts.statements.inc({ asker, outcome: error instanceof ProblemError ? error.code : 'internal' });
      throw error;
    }
  }
}

/** A question that nodes pass round would never end; and what cannot be counted is not passed on either. */
function refuseLoop(hops = '1'): void {
  if (!/^\d{1,2}$/.test(hops) || Number(hops) > MOST_HOPS) throw new ProblemError('loop_refused');
}
