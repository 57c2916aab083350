import type { AdapterAnswer } from '../../adapters/adapter.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CoverageCounter } from '../coverage/coverage-counter.ts';
import type { Metrics } from '../coverage/metrics.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { JwkSet, PublicJwk, Sm2Verifier } from '../trust/public-key.ts';
import type { Signer } from '../trust/signer.ts';

/** The statement keys of an issuing province, as its trust chain vouches for them right now. */
export interface IssuerKeys {
  readonly entityId: string;
  readonly jwks: JwkSet;
}

/** What the pipeline needs from outside: the registry, the provinces, keys, a clock and counters. */
export interface VerificationContext {
  readonly entityId: string;
  readonly registry: () => RegistryState;
  /** Asks a province about a token, behind its breaker; concurrent questions about one token are one. Throws UpstreamError. */
  readonly ask: (province: ProvinceCode, token: string) => Promise<AdapterAnswer>;
  /** Throws TrustError where the province has no valid chain. */
  readonly issuerKeys: (province: ProvinceCode) => Promise<IssuerKeys>;
  /** The public keys of agencies below a province, which sign single approvals. */
  readonly agencyKeys: (province: ProvinceCode) => readonly PublicJwk[];
  readonly sm2Verify: Sm2Verifier;
  readonly attestationSigner: () => Signer;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly coverage: CoverageCounter;
}
