import type { JsonValue } from './scenarios.ts';

/** The value of a JSON text, or undefined where it is none: what a stranger wrote is parsed, then held against a schema. */
export function jsonOrUndefined(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
