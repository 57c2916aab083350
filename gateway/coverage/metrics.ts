import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Every metric of a gateway. No label ever carries a code, a handle or a venue. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    verifications: new Counter({
      name: 'huren_verifications_total',
      help: 'Answered verifications',
      labelNames: ['issuer', 'destination', 'status', 'decision'],
      registers,
    }),
    verificationSeconds: new Histogram({
      name: 'huren_verification_seconds',
      help: 'Time to answer a verification, by where the statement came from',
      labelNames: ['path'],
      buckets: SECONDS,
      registers,
    }),
    venueTokens: new Counter({
      name: 'huren_venue_tokens_total',
      help: "Venues' access tokens, by what came of them",
      labelNames: ['outcome'],
      registers,
    }),
    problems: new Counter({
      name: 'huren_problems_total',
      help: 'Requests answered with problem details',
      labelNames: ['code'],
      registers,
    }),
    statements: new Counter({
      name: 'huren_statements_total',
      help: "Questions of other provinces' gateways, by their province and by what came of them",
      labelNames: ['asker', 'outcome'],
      registers,
    }),
    relayed: new Counter({
      name: 'huren_relayed_questions_total',
      help: "Questions of other provinces' gateways that were passed on, by the provinces of asker and issuer and by what came of them",
      labelNames: ['asker', 'issuer', 'outcome'],
      registers,
    }),
    upstreamSeconds: new Histogram({
      name: 'huren_upstream_seconds',
      help: 'Time one question to a province took',
      labelNames: ['province'],
      buckets: SECONDS,
      registers,
    }),
    upstreamErrors: new Counter({
      name: 'huren_upstream_errors_total',
      help: 'Questions to a province that ended without an answer',
      labelNames: ['province', 'code'],
      registers,
    }),
    breakerState: new Gauge({
      name: 'huren_breaker_state',
      help: 'Circuit breaker of a province: 0 closed, 1 half-open, 2 open',
      labelNames: ['province'],
      aggregator: 'max',
      registers,
    }),
    breakerChanges: new Counter({
      name: 'huren_breaker_changes_total',
      help: 'Changes of a circuit breaker, by the state it went into',
      labelNames: ['province', 'state'],
      registers,
    }),
    shadowComparisons: new Counter({
      name: 'huren_shadow_comparisons_total',
      help: 'Answers of an adapter version on shadow trial compared with those of the version in use',
      labelNames: ['province', 'version', 'result'],
      registers,
    }),
    attestationsRefused: new Counter({
      name: 'huren_attestations_refused_total',
      help: 'Answers that were not signed because they broke a rule of attestations: a fault of this gateway',
      labelNames: ['rule'],
      registers,
    }),
    unsubstantiated: new Counter({
      name: 'huren_unsubstantiated_total',
      help: 'Yellow or red statuses withheld from venues because their assignment was not substantiated',
      labelNames: ['issuer', 'reason'],
      registers,
    }),
    unmappedValues: new Counter({
      name: 'huren_unmapped_values_total',
      help: 'Local values that the manifest does not declare',
      labelNames: ['issuer', 'field'],
      registers,
    }),
    certificates: new Counter({
      name: 'huren_certificates_total',
      help: 'Certificates from abroad that were decided here, by their issuer on the trust list and by what they came to',
      labelNames: ['issuer', 'result'],
      registers,
    }),
    refreshFailures: new Counter({
      name: 'huren_refresh_failures_total',
      help: 'What could not be had anew while the last of it is in use: what an adapter holds, a chain, lists and rules of certificates',
      labelNames: ['what', 'of'],
      registers,
    }),
    refreshFailing: new Gauge({
      name: 'huren_refresh_failing',
      help: '1 while what is in use could not be had anew the last time, 0 once it was',
      labelNames: ['what', 'of'],
      aggregator: 'max',
      registers,
    }),
    keyExpirySeconds: new Gauge({
      name: 'huren_key_expiry_seconds',
      help: 'Seconds until a key expires',
      labelNames: ['entity', 'kid'],
      aggregator: 'min',
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
