/**
 * OpenID Federation 1.0 for whoever has to know whom a trust anchor vouches for: statements, chains, metadata policy,
 * trust marks, historical keys. Statements are looked up by what the caller hands in; nothing here asks anybody by itself.
 */
export {
  type BuildOptions,
  type BuiltChain,
  buildChain,
  type ChainLimits,
  DEFAULT_CHAIN_LIMITS,
  type StatementSource,
} from '../trust/chain-builder.ts';
export type { EntityConfiguration, SubordinateStatement, TrustMarkEntry } from '../trust/entity-claims.ts';
export {
  ENTITY_STATEMENT_TYP,
  type EntityStatement,
  peekEntityStatement,
  type Verified,
  verifyEntityConfiguration,
  verifySuperiorStatement,
} from '../trust/entity-statement.ts';
export { HISTORICAL_KEYS_TYP, verifyHistoricalKeys } from '../trust/historical-keys.ts';
export { type MergedPolicy, mergePolicies, resolveMetadata } from '../trust/metadata-policy.ts';
export { type JwkSet, jwkSetSchema, type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
export { type FetchDocument, openRemoteStatements, type RemoteStatements } from '../trust/remote-statements.ts';
export { MAX_CHAIN_STATEMENTS, type ResolvedEntity, type TrustAnchor, validateChain } from '../trust/trust-chain.ts';
export { TRUST_ERROR_CODES, TrustError, type TrustErrorCode } from '../trust/trust-error.ts';
export { type ExpectedTrustMark, TRUST_MARK_TYP, type TrustMarkClaims, verifyTrustMark } from '../trust/trust-mark.ts';
