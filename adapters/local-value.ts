import type { LocalScalar } from '../schemas/driver-exchange.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { compileMember } from './pointer.ts';

/**
 * The form in which local values are compared: a whole number and its decimal string are the same ("1" and 1, never
 * "01"). Fractions, booleans, null, objects and arrays have no such form and so match nothing.
 */
export function localKey(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** The keys of a list of documented values. */
export function localKeys(values: readonly LocalScalar[]): ReadonlySet<string> {
  return new Set(values.map(String));
}

/** A table of a manifest: documented values at one place, and what each comes down to. */
export interface LocalTable<T> {
  readonly at: string;
  readonly optional?: boolean;
  readonly values: readonly { readonly value: LocalScalar; readonly to: T }[];
}

/** `missing` only where the manifest says that the member may be missing; what is not in the table is `unmapped`. */
export type Reading<T> = { readonly kind: 'mapped'; readonly to: T } | { readonly kind: 'missing' | 'unmapped' };

/** Looks one value up in a table. */
export type TableLookup<T> = (value: JsonValue | undefined) => Reading<T>;

const MISSING = { kind: 'missing' } as const;
const UNMAPPED = { kind: 'unmapped' } as const;

/**
 * Compiles a table into a lookup. JSON null holds no value, so it counts as a missing member. A value that is listed
 * twice with different meanings means nothing: guessing which one was meant is what this gateway must not do.
 */
export function compileTable<T>(table: LocalTable<T>): TableLookup<T> {
  const byKey = new Map<string, Reading<T>>();
  for (const { value, to } of table.values) {
    const key = String(value);
    const earlier = byKey.get(key);
    const agrees = earlier === undefined || (earlier.kind === 'mapped' && earlier.to === to);
    byKey.set(key, agrees ? { kind: 'mapped', to } : UNMAPPED);
  }
  const absent = table.optional === true ? MISSING : UNMAPPED;
  return (value) => {
    if (value === undefined || value === null) return absent;
    const key = localKey(value);
    return (key === null ? undefined : byKey.get(key)) ?? UNMAPPED;
  };
}

/** As compileTable, with the table's own place in the record. */
export function compileTableAt<T>(table: LocalTable<T>): (record: JsonValue) => Reading<T> {
  const place = compileMember(table.at);
  const look = compileTable(table);
  return (record) => look(place(record));
}
