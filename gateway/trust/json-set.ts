import { isJsonObject } from './strict-json.ts';

/** One text for every spelling of the same JSON value: members sorted, elements in their order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}

/** Equality of JSON values. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** True when each element of `part` is among `whole`. */
export function isSubset(part: readonly unknown[], whole: readonly unknown[]): boolean {
  return intersection(part, whole).length === part.length;
}

/** The elements of `one` that are among `other`, in the order of `one`. */
export function intersection(one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const wanted = new Set(other.map(canonicalJson));
  return one.filter((element) => wanted.has(canonicalJson(element)));
}

/** The elements of `one`, then those of `other` that are not among them. */
export function union(one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const present = new Set(one.map(canonicalJson));
  return [...one, ...other.filter((element) => !present.has(canonicalJson(element)))];
}
