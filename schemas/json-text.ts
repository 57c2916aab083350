import type { JsonValue } from './scenarios.ts';

/** Why a text is no JSON that two readers would read alike. */
export type JsonFault = 'not_json' | 'nested_too_deep' | 'repeated_member' | 'forbidden_name';

/** What a text says, or why nobody can tell. */
export type JsonReading = { readonly value: JsonValue; readonly fault?: never } | { readonly fault: JsonFault };

const MAX_DEPTH = 64;
const QUOTE = '"';
const [BACKSLASH, COLON, SPACE] = [0x5c, 0x3a, 0x20];

/**
 * Reads JSON that says one thing: no member name twice in one object, at any depth, and at most `maxDepth` objects and
 * lists inside one another. RFC 8259 section 4 leaves open which copy of a repeated member counts: two readers that
 * choose differently would see two colours in one reply, or two tokens under one signature. No member is named
 * `__proto__`: a later `object[name] = value` would change a prototype. Never throws.
 */
export function readJsonText(text: string, maxDepth: number = MAX_DEPTH): JsonReading {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not_json' };
  }
  const members = countMembers(value, maxDepth);
  if (typeof members !== 'number') return { fault: members };
  // A parser keeps one of several copies, so a repeated name is one that the text has and the value lacks.
  return members === countNames(text) ? { value } : { fault: 'repeated_member' };
}

/** The value of a JSON text, or undefined where it is none: what a stranger wrote is read, then held against a schema. */
export function jsonOrUndefined(text: string): JsonValue | undefined {
  const reading = readJsonText(text);
  return reading.fault === undefined ? reading.value : undefined;
}

function countMembers(value: JsonValue, depthLeft: number): number | 'nested_too_deep' | 'forbidden_name' {
  if (typeof value !== 'object' || value === null) return 0;
  if (depthLeft === 0) return 'nested_too_deep';
  if (Array.isArray(value)) return countInside(value, depthLeft - 1);
  const names = Object.keys(value);
  if (names.includes('__proto__')) return 'forbidden_name';
  const inside = countInside(Object.values(value), depthLeft - 1);
  return typeof inside === 'number' ? names.length + inside : inside;
}

function countInside(values: readonly JsonValue[], depthLeft: number): ReturnType<typeof countMembers> {
  let count = 0;
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    const inside = countMembers(value, depthLeft);
    if (typeof inside !== 'number') return inside;
    count += inside;
  }
  return count;
}

/** How many member names a text has that JSON.parse has accepted: its strings that a colon follows. */
function countNames(text: string): number {
  let names = 0;
  let start = text.indexOf(QUOTE);
  while (start !== -1) {
    let end = text.indexOf(QUOTE, start + 1);
    while (isEscaped(text, end)) end = text.indexOf(QUOTE, end + 1);
    let next = end + 1;
    while (text.charCodeAt(next) <= SPACE) next += 1;
    if (text.charCodeAt(next) === COLON) names += 1;
    start = text.indexOf(QUOTE, next);
  }
  return names;
}

function isEscaped(text: string, quote: number): boolean {
  let position = quote - 1;
  while (text.charCodeAt(position) === BACKSLASH) position -= 1;
  return (quote - position) % 2 === 0;
}
