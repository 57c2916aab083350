import {
  applyParameterPolicy,
  mergeParameterPolicies,
  type ParameterPolicy,
  readParameterPolicy,
  STANDARD_OPERATORS,
} from './policy-operators.ts';
import { isJsonObject, type JsonObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/** A merged policy for one entity type: `{parameter: {operator: value}}`, standard operators only. */
export type MergedPolicy = Record<string, JsonObject>;

/**
 * Merges metadata policies for one entity type, the most superior first (OpenID Federation 1.0 section 6.1.4.1).
 * Operators that are not standard are ignored, as the standard asks; critical ones are `checkPolicyCrit`'s matter.
 * Throws `invalid_policy`.
 */
export function mergePolicies(policies: readonly object[]): MergedPolicy {
  return Object.fromEntries([...merge(policies)].map(([name, policy]) => [name, writePolicy(name, policy)]));
}

/**
 * Applies the merged policies to one entity type's metadata (section 6.1.4.2) and returns the resolved metadata.
 * Throws `invalid_policy` when the policies are wrong or clash, `invalid_metadata` when the metadata breaks them.
 */
export function resolveMetadata(policies: readonly object[], metadata: object): JsonObject {
  const merged = merge(policies);
  const resolved = new Map<string, unknown>(Object.entries(metadata));
  if ([...resolved.values()].includes(null)) throw new TrustError('invalid_metadata', 'a parameter must not be null');
  for (const [name, policy] of merged) {
    const value = applyParameterPolicy(policy, readValue(name, resolved.get(name)));
    if (value === undefined) resolved.delete(name);
    else resolved.set(name, writeValue(name, value));
  }
  // Built from entries, never by assignment: a parameter called "__proto__" stays a plain member.
  return Object.fromEntries(resolved);
}

/**
 * Checks one statement's `metadata_policy_crit` (section 3.1.3): absent, or a list of operators beyond the standard
 * ones that must be understood. None is understood here, so any such list is `invalid_policy`.
 */
export function checkPolicyCrit(crit: unknown): void {
  if (crit === undefined) return;
  if (!Array.isArray(crit) || crit.length === 0 || !crit.every((name) => typeof name === 'string')) {
    throw new TrustError('invalid_policy', 'metadata_policy_crit is not a list of operator names');
  }
  const standard: readonly string[] = STANDARD_OPERATORS;
  throw crit.some((name) => standard.includes(name))
    ? new TrustError('invalid_policy', 'metadata_policy_crit lists a standard operator')
    : new TrustError('invalid_policy', 'a critical policy operator is not known here');
}

function merge(policies: readonly object[]): Map<string, ParameterPolicy> {
  const merged = new Map<string, ParameterPolicy>();
  for (const policy of policies) {
    if (!isJsonObject(policy)) throw new TrustError('invalid_policy', 'a metadata policy is not an object');
    for (const [name, raw] of Object.entries(policy)) {
      const added = readParameterPolicy(readPolicy(name, raw));
      const superior = merged.get(name);
      merged.set(name, superior === undefined ? added : mergeParameterPolicies(superior, added));
    }
  }
  return merged;
}

// OAuth's `scope` is one string of space-separated values; operators treat it as a list (section 6.1.3.1.8).

function readValue(name: string, value: unknown): unknown {
  return name === 'scope' && typeof value === 'string' ? value.split(' ').filter((scope) => scope !== '') : value;
}

function writeValue(name: string, value: unknown): unknown {
  return name === 'scope' && Array.isArray(value) ? value.join(' ') : value;
}

function readPolicy(name: string, raw: unknown): unknown {
  if (name !== 'scope' || !isJsonObject(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).map(([operator, value]) => [operator, readValue(name, value)]));
}

function writePolicy(name: string, policy: ParameterPolicy): JsonObject {
  const present = Object.entries(policy).filter(([, value]) => value !== undefined);
  const isText = (operator: string) => operator === 'value' || operator === 'default';
  return Object.fromEntries(
    present.map(([operator, value]) => [operator, isText(operator) ? writeValue(name, value) : value]),
  );
}
