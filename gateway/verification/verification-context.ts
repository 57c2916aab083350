import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { LoadGauge } from '../access/load-gauge.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { UnknownCodes } from '../access/unknown-codes.ts';
import type { StatementCache } from '../cache/statement-cache.ts';
import type { CoverageCounter } from '../coverage/coverage-counter.ts';
import type { Metrics } from '../coverage/metrics.ts';
import type { Signals } from '../coverage/signals.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import type { KnownAgencies } from '../trust/province-trust.ts';
import type { JwkSet, Sm2Verifier } from '../trust/public-key.ts';
import type { SignFor } from '../trust/shared-signature.ts';
import type { AnswerTimes } from '../upstream/answer-times.ts';
import type { AskingGateway, ProvinceAnswer, Question } from '../upstream/question.ts';
import type { SingleFlight } from '../upstream/single-flight.ts';
import type { Recalled } from './knowledge.ts';

/** The statement keys of an issuing province, as its trust chain vouches for them right now. */
export interface IssuerKeys {
  readonly entityId: string;
  readonly jwks: JwkSet;
  /** When the chain ends: nothing learnt with these keys is kept longer. */
  readonly expS: number;
}

/** Whose answers are signed, and with what just now. Both throw ProblemError where this node may not sign. */
export interface AnsweringGateway extends AskingGateway {
  /** Signs an answer for a venue that takes these forms, with others of the same turn where it may. */
  readonly signFor: SignFor;
}

/** What asking a province needs of it, whoever asks. */
export type AskContext = Pick<
  VerificationContext,
  'ask' | 'answerTimes' | 'provinceLimit' | 'issuerKeys' | 'nodeKeys' | 'sm2Verify' | 'nowMs' | 'metrics'
>;

/** The same behind the cache. */
export type RecallContext = AskContext & Pick<VerificationContext, 'cache' | 'flights' | 'load'>;

/** What the pipeline needs from outside: the registry, the provinces, keys, a clock and counters. */
export interface VerificationContext {
  /** The gateway that answers for a destination; null where this node answers for other provinces alone. */
  readonly gatewayOf: (destination: ProvinceCode) => AnsweringGateway | null;
  /** In whose name questions go out that belong to no destination: an auditor's. Null: no gateway is hosted here. */
  readonly anyGateway: () => AnsweringGateway | null;
  readonly registry: () => RegistryState;
  /** Asks by one version of a province's adapter, behind its breaker. Throws UpstreamError. */
  readonly ask: (adapter: RegisteredAdapter, question: Question) => Promise<ProvinceAnswer>;
  readonly cache: StatementCache;
  /** Scans of one code that are under way in this process. */
  readonly flights: SingleFlight<Recalled>;
  readonly answerTimes: AnswerTimes;
  readonly provinceLimit: RateLimit;
  readonly load: LoadGauge;
  /** At once while its chain is known; `reread` after an unknown kid. Throws or rejects with TrustError where the province has no valid chain. */
  readonly issuerKeys: (province: ProvinceCode, reread?: 'reread') => IssuerKeys | Promise<IssuerKeys>;
  /** The same of the issuer entity that a province's node answers as. */
  readonly nodeKeys: (node: string, province: ProvinceCode, reread?: 'reread') => IssuerKeys | Promise<IssuerKeys>;
  /** The agencies below a province that sign single approvals, each through its own chain. Throws TrustError. */
  readonly agencies: (province: ProvinceCode) => Promise<KnownAgencies>;
  readonly sm2Verify: Sm2Verifier;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly coverage: CoverageCounter;
  readonly signals: Signals;
  /** Who asks for codes that nobody has. */
  readonly unknownCodes: Pick<UnknownCodes, 'note'>;
}
