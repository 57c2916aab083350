import type { JsonValue } from './scenarios.ts';

/** Why a text is no JSON that two readers would read alike. */
export type JsonFault = 'not_json' | 'nested_too_deep' | 'repeated_member' | 'forbidden_name';

/** What a text says, or why nobody can tell. */
export type JsonReading = { readonly value: JsonValue; readonly fault?: never } | { readonly fault: JsonFault };

const MAX_DEPTH = 64;
const QUOTE = '"';
const ESCAPE = '\\';
const [ESCAPE_CODE, QUOTE_CODE, COLON, SPACE] = [0x5c, 0x22, 0x3a, 0x20];

/**
 * Reads JSON that says one thing: no member name twice in one object, at any depth, and at most `maxDepth` objects and
 * lists inside one another. RFC 8259 section 4 leaves open which copy of a repeated member counts: two readers that
 * choose differently would see two colours in one reply, or two tokens under one signature. No member is named
 * `__proto__`, since a later `object[name] = value` would change a prototype. Never throws.
 */
export function readJsonText(text: string, maxDepth: number = MAX_DEPTH): JsonReading {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not_json' };
  }
  if (hasAsManyNamesAsMembers(text, value, maxDepth)) return { value };
  const names = readNames(text);
  if (names.plainText === null) return { fault: 'forbidden_name' };
  if (names.plainText !== text) value = JSON.parse(names.plainText);
  const members = countMembers(value, maxDepth);
  if (typeof members !== 'number') return { fault: members };
  // A parser keeps one of several copies, so a repeated name is one that the text has and the value lacks.
  return members === names.count ? { value } : { fault: 'repeated_member' };
}

/**
 * True for most texts: each member that is written has a colon behind its name, so that as many of those as members leave
 * no room for a member that is there twice, and without an escape every name is spelt as it is. A name ends with a quote;
 * where white space stands between it and its colon, or before any other colon, and where this is false, nothing is said
 * yet.
 */
function hasAsManyNamesAsMembers(text: string, value: JsonValue, maxDepth: number): boolean {
  if (text.includes(ESCAPE)) return false;
  const members = countMembers(value, maxDepth);
  if (typeof members !== 'number') return false;
  let names = 0;
  for (let at = text.indexOf(':'); at !== -1 && names <= members; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before <= SPACE) return false;
    // Every other colon is inside a text, such as a time's.
    if (before === QUOTE_CODE) names += 1;
  }
  return names === members;
}

/** The value of a JSON text, or undefined where it is none: what a stranger wrote is read, then held against a schema. */
export function jsonOrUndefined(text: string): JsonValue | undefined {
  const reading = readJsonText(text);
  return reading.fault === undefined ? reading.value : undefined;
}

function countMembers(value: JsonValue, depthLeft: number): number | 'nested_too_deep' | 'forbidden_name' {
  if (typeof value !== 'object' || value === null) return 0;
  if (depthLeft === 0) return 'nested_too_deep';
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      const inside = countMembers(item, depthLeft - 1);
      if (typeof inside !== 'number') return inside;
      count += inside;
    }
    return count;
  }
  // What a parser made has no members but its own, so that no list of them has to be laid out.
  for (const name in value) {
    if (name === '__proto__') return 'forbidden_name';
    const inside = countMembers(value[name] ?? null, depthLeft - 1);
    if (typeof inside !== 'number') return inside;
    count += 1 + inside;
  }
  return count;
}

/**
 * The member names of a text that JSON.parse has accepted, which are its strings that a colon follows: how many, and the
 * text with those that are spelt with escapes spelt without. JSON.parse of Node 26.10 (V8 14.6, seen 2026-11-26) takes
 * such a name for another one that it has seen before, in whatever text, and that has a backslash where the escape
 * begins. `plainText` is null where a name cannot be spelt without an escape: nobody has such a member.
 */
function readNames(text: string): { readonly count: number; readonly plainText: string | null } {
  const hasEscapes = text.includes(ESCAPE);
  let count = 0;
  let plain = '';
  let copied = 0;
  let start = text.indexOf(QUOTE);
  while (start !== -1) {
    let end = text.indexOf(QUOTE, start + 1);
    while (hasEscapes && isEscaped(text, end)) end = text.indexOf(QUOTE, end + 1);
    let next = end + 1;
    while (text.charCodeAt(next) <= SPACE) next += 1;
    if (text.charCodeAt(next) === COLON) {
      count += 1;
      const literal = hasEscapes ? text.slice(start, end + 1) : '';
      if (literal.includes(ESCAPE)) {
        const spelt = JSON.stringify(JSON.parse(literal));
        if (spelt.includes(ESCAPE)) return { count, plainText: null };
        plain += text.slice(copied, start) + spelt;
        copied = end + 1;
      }
    }
    start = text.indexOf(QUOTE, next);
  }
  return { count, plainText: copied === 0 ? text : plain + text.slice(copied) };
}

function isEscaped(text: string, quote: number): boolean {
  let position = quote - 1;
  while (text.charCodeAt(position) === ESCAPE_CODE) position -= 1;
  return (quote - position) % 2 === 0;
}
