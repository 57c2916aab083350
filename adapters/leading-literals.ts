import { ByKey } from './by-key.ts';

/** Visits the entries whose literal a text starts with, which is handed on as it stands in the text. */
export type VisitLeading<T> = (text: string, visit: (entry: T, literal: string) => void) => void;

/**
 * Finds entries by the literal that a text starts with. What is looked at is the text's own beginning, in as many lengths
 * as there are among the literals that share its first two characters: not one entry after the other. Literals have two
 * characters or more.
 */
export function compileLeading<T>(entries: readonly T[], literalOf: (entry: T) => string): VisitLeading<T> {
  const byLiteral = new ByKey<string, T>();
  const lengthsOf = new Map<number, Set<number>>();
  for (const entry of entries) {
    const literal = literalOf(entry);
    byLiteral.add(literal, entry);
    const lengths = lengthsOf.get(startOf(literal)) ?? new Set();
    lengthsOf.set(startOf(literal), lengths.add(literal.length));
  }
  return (text, visit) => {
    for (const length of lengthsOf.get(startOf(text)) ?? []) {
      const literal = text.slice(0, length);
      byLiteral.forEach(literal, (entry) => visit(entry, literal));
    }
  };
}

/** NaN, which no literal has, of a text that is too short to start with one. */
function startOf(text: string): number {
  return text.charCodeAt(0) * 65_536 + text.charCodeAt(1);
}
