/**
 * A member of a record by a name that somebody else chose; undefined where the record itself has none. "constructor" must
 * not find what every object inherits.
 */
export function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
