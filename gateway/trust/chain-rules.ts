import { ownMember } from '../../schemas/own-member.ts';
import type { Constraints, EntityConfiguration, SubordinateStatement } from './entity-claims.ts';
import { checkPolicyCrit, type MergedPolicy, mergePolicies, resolveMetadata } from './metadata-policy.ts';
import { KEYS_BY_SUPERIOR } from './published-keys.ts';
import type { JsonObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/** Metadata by entity type, then by parameter. */
export type Metadata = Record<string, Record<string, unknown>>;

/**
 * Applies every superior's constraints, each by itself, to everything below it (OpenID Federation 1.0 section 6.2).
 * `above` are the superiors' statements from the one about the chain's subject upwards. Throws `constraint_violated`.
 */
export function checkConstraints(above: readonly SubordinateStatement[]): void {
  for (const [intermediates, { iss, constraints }] of above.entries()) {
    if (constraints === undefined) continue;
    if (constraints.max_path_length !== undefined && intermediates > constraints.max_path_length) {
      throw new TrustError('constraint_violated', 'the path is longer than allowed', { link: iss });
    }
    const below = above.slice(0, intermediates + 1).map(({ sub }) => sub);
    const outside = below.find((entityId) => !isNameAllowed(entityId, constraints.naming_constraints));
    if (outside !== undefined) {
      throw new TrustError('constraint_violated', 'an entity lies outside the permitted names', { link: outside });
    }
  }
}

function isNameAllowed(entityId: string, names: Constraints['naming_constraints']): boolean {
  if (names === undefined) return true;
  const host = new URL(entityId).hostname;
  if (names.excluded?.some((domain) => isWithin(host, domain))) return false;
  if (names.permitted !== undefined) return names.permitted.some((domain) => isWithin(host, domain));
  // An address has no place in a tree of names, so exclusions alone could never catch it (RFC 5280 section 4.2.1.10).
  return !isAddress(host);
}

/** ".example.com" covers every host below example.com but not itself; "host.example.com" covers that host alone. */
function isWithin(host: string, domain: string): boolean {
  const wanted = domain.toLowerCase();
  return wanted.startsWith('.') ? host.endsWith(wanted) && host.length > wanted.length : host === wanted;
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Resolves the metadata of a chain's subject (sections 3.1.1, 6.2.3 and 6.1.4): what it says, overridden by its
 * immediate superior's word, less the types that are not allowed, under every level's policy. Keys that the log has of an
 * entity come from the superior alone.
 * Throws `invalid_policy`, `invalid_metadata` or `constraint_violated`.
 */
export function resolveChainMetadata(subject: EntityConfiguration, above: readonly SubordinateStatement[]): Metadata {
  for (const { metadata_policy_crit } of above) checkPolicyCrit(metadata_policy_crit);
  const policies = above.map(({ metadata_policy }) => metadata_policy ?? {}).toReversed();
  // Merged for all types, met here or not: a policy in conflict with itself breaks the chain (section 6.1.4.1).
  const types = new Set(policies.flatMap((policy) => Object.keys(policy)));
  const merged = new Map([...types].map((type) => [type, mergePolicies(policiesFor(type, policies))]));
  const stated = withSuperiorsWord(subject.metadata ?? {}, above[0]?.metadata ?? {});
  return mapValues(keepAllowedTypes(stated, above), (parameters, type) => {
    const policy = merged.get(type);
    if (policy === undefined) return parameters;
    const resolved = resolveMetadata([policy], parameters);
    refuseEmptied(policy, resolved);
    return resolved;
  });
}

function policiesFor(type: string, policies: readonly Metadata[]): JsonObject[] {
  return policies.map((policy) => ownMember(policy, type)).filter((policy) => policy !== undefined);
}

function withSuperiorsWord(own: Metadata, superiors: Metadata): Metadata {
  return mapValues(own, (parameters, type) => ({ ...ownWord(parameters, type), ...ownMember(superiors, type) }));
}

/** What an entity's own word counts for where its superior says nothing: for no keys of a type whose keys the log has. */
function ownWord(parameters: Metadata[string], type: string): Metadata[string] {
  if (!KEYS_BY_SUPERIOR.has(type)) return parameters;
  const { jwks: _ownKeys, ...rest } = parameters;
  return rest;
}

/**
 * `federation_entity` always stays. An entity that declared types and keeps none has no role left: that is a refusal,
 * not an empty answer.
 */
function keepAllowedTypes(metadata: Metadata, above: readonly SubordinateStatement[]): Metadata {
  const isAllowed = (type: string) =>
    type === 'federation_entity' ||
    above.every(({ constraints }) => constraints?.allowed_entity_types?.includes(type) ?? true);
  const declared = Object.entries(metadata);
  const kept = declared.filter(([type]) => isAllowed(type));
  if (declared.length > 0 && kept.length === 0) {
    throw new TrustError('constraint_violated', 'no entity type of the subject is allowed');
  }
  return Object.fromEntries(kept);
}

/**
 * `subset_of` may leave an empty array, which `essential` by itself lets pass (section 6.1.3.1.8). A list without
 * elements is to be omitted (RFC 8414 section 3.2), so a chain that empties an essential one has lost it.
 */
function refuseEmptied(policy: MergedPolicy, resolved: Record<string, unknown>): void {
  for (const [parameter, value] of Object.entries(resolved)) {
    if (Array.isArray(value) && value.length === 0 && ownMember(policy, parameter)?.['essential'] === true) {
      throw new TrustError('invalid_metadata', 'the policies leave nothing of an essential parameter');
    }
  }
}

function mapValues<T>(from: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value, key)]));
}
