import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonOrUndefined, readJsonText } from './json-text.ts';

/** A document as it is written, before a parser has chosen among its members, and why nobody may read it. */
type Written = { readonly text: string; readonly value: unknown; readonly repeats: boolean; readonly forbids: boolean };

/** The last three cannot be spelt without an escape. */
const NAMES = ['a', 'b', 'name:', '', '字', 'a"', '\\', '\n'];

/** The same name in one of the spellings that JSON has for it. */
function spelt(name: string, escaped: boolean): string {
  const letters = [...name].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped ? `"${letters.join('')}"` : JSON.stringify(name);
}

const documents = fc.letrec<{ any: Written }>((tie) => {
  const scalar = fc
    .oneof(fc.constantFrom(null, true, 1.5, ':', ' :'), fc.constantFrom(...NAMES), fc.string({ unit: 'binary' }))
    .map((value) => ({ text: JSON.stringify(value), value, repeats: false, forbids: false }));
  const list = fc.array(tie('any'), { maxLength: 3 }).map((items) => ({
    text: `[${items.map(({ text }) => text).join(' ,')}]`,
    value: items.map(({ value }) => value),
    repeats: items.some(({ repeats }) => repeats),
    forbids: items.some(({ forbids }) => forbids),
  }));
  const member = fc.record({
    name: fc.constantFrom(...NAMES.slice(0, 5), ...NAMES),
    escaped: fc.boolean(),
    gap: fc.constantFrom('', ' ', '\n\t\r '),
    value: tie('any'),
  });
  const object = fc.array(member, { maxLength: 3 }).map((members) => ({
    text: `{${members.map(({ name, escaped, gap, value }) => `${gap}${spelt(name, escaped)}${gap}:${value.text}`).join(',')}}`,
    value: Object.fromEntries(members.map(({ name, value }) => [name, value.value])),
    repeats:
      new Set(members.map(({ name }) => name)).size < members.length || members.some(({ value }) => value.repeats),
    forbids: members.some(({ name, value }) => value.forbids || JSON.stringify(name).includes('\\')),
  }));
  return { any: fc.oneof({ maxDepth: 4 }, scalar, list, object) };
}).any;

describe('a JSON text', () => {
  test('whose member is repeated is read, or another one is refused', () => {
    fc.assert(
      fc.property(documents, ({ text, value, repeats, forbids }) => {
        const fault = forbids ? 'forbidden_name' : repeats ? 'repeated_member' : null;
        expect(readJsonText(text)).toEqual(fault === null ? { value } : { fault });
      }),
      { numRuns: 2_000 },
    );
  });

  test('has a name read as one of an earlier text', () => {
    // What JSON.parse makes of the second text hangs on the first one, in Node 26.10.
    for (const start of ['', 'b', '字b']) JSON.parse(`{"a":0,${JSON.stringify(`${start}\\`)}:1}`);
    expect(readJsonText('{"a":0,"\\u0062":1}')).toEqual({ value: { a: 0, b: 1 } });
    expect(readJsonText('{"a":0,"b\\u0062":1}')).toEqual({ value: { a: 0, bb: 1 } });
    expect(readJsonText('{"a":0,"\\u5b57b\\u0062":"\\u0062"}')).toEqual({ value: { a: 0, 字bb: 'b' } });
    expect(readJsonText('{"a":0,"\\u0061":1}')).toEqual({ fault: 'repeated_member' });
  });

  test.each([
    ['', 'not_json'],
    ['{"a":1,}', 'not_json'],
    ['\ufeff{}', 'not_json'],
    ['{"a":{"__proto__":1}}', 'forbidden_name'],
    ['[{"\\u005f_proto__":1}]', 'forbidden_name'],
    ['{"a\\n":1}', 'forbidden_name'],
    ['[{"\\ud800":1}]', 'forbidden_name'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'nested_too_deep'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'nested_too_deep'],
  ])('%s is read', (text, fault) => {
    expect(readJsonText(text)).toEqual({ fault });
    expect(jsonOrUndefined(text)).toBeUndefined();
  });

  test('of the greatest depth, or null, is refused', () => {
    const deepest = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(readJsonText(deepest)).toEqual({ value: JSON.parse(deepest) });
    expect(readJsonText('null')).toEqual({ value: null });
    expect(readJsonText('[]', 1)).toEqual({ value: [] });
    expect(readJsonText('[[]]', 1)).toEqual({ fault: 'nested_too_deep' });
  });
});
