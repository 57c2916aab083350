import { intersection, isSameJson, isSubset, union } from './json-set.ts';
import { isJsonObject, type JsonObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/** OpenID Federation 1.0 section 6.1.3.1, in the order in which they apply. */
export const STANDARD_OPERATORS = [
  'value',
  'add',
  'default',
  'one_of',
  'subset_of',
  'superset_of',
  'essential',
] as const;

/** The policy of one metadata parameter. `value: null` removes the parameter; undefined is an absent operator. */
export interface ParameterPolicy {
  readonly value: unknown;
  readonly add: readonly unknown[] | undefined;
  readonly default: unknown;
  readonly one_of: readonly unknown[] | undefined;
  readonly subset_of: readonly unknown[] | undefined;
  readonly superset_of: readonly unknown[] | undefined;
  readonly essential: boolean | undefined;
}

/** Reads a parameter's operators, the standard ones only, and checks each value's type. Throws `invalid_policy`. */
export function readParameterPolicy(raw: unknown): ParameterPolicy {
  if (!isJsonObject(raw)) throw invalidPolicy('a parameter policy is not an object');
  const fallback = raw['default'];
  if (fallback === null) throw invalidPolicy('default must not be null');
  const oneOf = readList(raw, 'one_of');
  if (oneOf?.length === 0) throw invalidPolicy('one_of must offer something');
  const essential = raw['essential'];
  if (essential !== undefined && typeof essential !== 'boolean') throw invalidPolicy('essential must be a boolean');
  return checkCombination({
    value: raw['value'],
    add: readList(raw, 'add'),
    default: fallback,
    one_of: oneOf,
    subset_of: readList(raw, 'subset_of'),
    superset_of: readList(raw, 'superset_of'),
    essential,
  });
}

/** Merges a subordinate's parameter policy into its superior's; it can only become stricter. Throws `invalid_policy`. */
export function mergeParameterPolicies(superior: ParameterPolicy, subordinate: ParameterPolicy): ParameterPolicy {
  return checkCombination({
    value: both(superior.value, subordinate.value, equal),
    add: both(superior.add, subordinate.add, union),
    default: both(superior.default, subordinate.default, equal),
    one_of: both(superior.one_of, subordinate.one_of, commonChoice),
    subset_of: both(superior.subset_of, subordinate.subset_of, intersection),
    superset_of: both(superior.superset_of, subordinate.superset_of, union),
    essential: both(superior.essential, subordinate.essential, (one, other) => one || other),
  });
}

/**
 * Applies a parameter policy to one parameter; undefined is an absent parameter, before and after.
 * Throws `invalid_metadata`.
 */
export function applyParameterPolicy(policy: ParameterPolicy, stated: unknown): unknown {
  const result = check(policy, modify(policy, stated));
  if (result === undefined && policy.essential === true) throw invalidMetadata('an essential parameter is absent');
  return result;
}

function modify(policy: ParameterPolicy, stated: unknown): unknown {
  const assigned = policy.value === undefined ? stated : (policy.value ?? undefined);
  const extended = policy.add === undefined ? assigned : union(elements(assigned ?? []), policy.add);
  return extended === undefined ? policy.default : extended;
}

function check(policy: ParameterPolicy, current: unknown): unknown {
  if (current === undefined) return undefined;
  if (policy.one_of !== undefined && !policy.one_of.some((choice) => isSameJson(choice, current))) {
    throw invalidMetadata('a parameter is none of the values allowed');
  }
  const kept = policy.subset_of === undefined ? current : intersection(elements(current), policy.subset_of);
  if (policy.superset_of !== undefined && !isSubset(policy.superset_of, elements(kept))) {
    throw invalidMetadata('a parameter lacks values that it must have');
  }
  return kept;
}

/** Which operators may stand together, and on what condition: sections 6.1.3.1.1 to 6.1.3.1.7. */
function checkCombination(policy: ParameterPolicy): ParameterPolicy {
  const { add, one_of, subset_of, superset_of } = policy;
  if (policy.value !== undefined) checkValue(policy, policy.value);
  if (one_of !== undefined && (add !== undefined || subset_of !== undefined || superset_of !== undefined)) {
    throw invalidPolicy('one_of cannot stand with an operator on lists');
  }
  if (add !== undefined && subset_of !== undefined && !isSubset(add, subset_of)) {
    throw invalidPolicy('add goes beyond subset_of');
  }
  if (superset_of !== undefined && subset_of !== undefined && !isSubset(superset_of, subset_of)) {
    throw invalidPolicy('superset_of goes beyond subset_of');
  }
  return policy;
}

function checkValue(policy: ParameterPolicy, value: unknown): void {
  const { add, one_of, subset_of, superset_of } = policy;
  if (value === null && (policy.default !== undefined || policy.essential === true)) {
    throw invalidPolicy('a parameter that value removes cannot have a default or be essential');
  }
  if (one_of !== undefined && !one_of.some((choice) => isSameJson(choice, value))) {
    throw invalidPolicy('value is none of one_of');
  }
  const values = Array.isArray(value) ? value : undefined;
  const fits =
    (add === undefined || (values !== undefined && isSubset(add, values))) &&
    (subset_of === undefined || (values !== undefined && isSubset(values, subset_of))) &&
    (superset_of === undefined || (values !== undefined && isSubset(superset_of, values)));
  if (!fits) throw invalidPolicy('value does not fit an operator on lists');
}

function both<T>(one: T | undefined, other: T | undefined, combine: (one: T, other: T) => T): T | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : combine(one, other);
}

function equal(one: unknown, other: unknown): unknown {
  if (!isSameJson(one, other)) throw invalidPolicy('a subordinate changes what its superior fixed');
  return one;
}

function commonChoice(one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const common = intersection(one, other);
  if (common.length === 0) throw invalidPolicy('one_of and one_of have nothing in common');
  return common;
}

/** Lists hold strings, numbers or objects; other elements have no defined comparison. */
function readList(raw: JsonObject, operator: string): readonly unknown[] | undefined {
  const list = raw[operator];
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw invalidPolicy(`${operator} must be a list`);
  const known = list.every((item) => typeof item === 'string' || typeof item === 'number' || isJsonObject(item));
  if (!known) throw invalidPolicy(`${operator} has an element of a wrong type`);
  return union([], list);
}

function elements(parameter: unknown): readonly unknown[] {
  if (!Array.isArray(parameter)) throw invalidMetadata('a parameter is not a list, as its policy supposes');
  return parameter;
}

function invalidPolicy(detail: string): TrustError {
  return new TrustError('invalid_policy', detail);
}

function invalidMetadata(detail: string): TrustError {
  return new TrustError('invalid_metadata', detail);
}
