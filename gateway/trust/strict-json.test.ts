import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from './federation.fixture.ts';
import { decodeBase64url, parseStrictObject } from './strict-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseStrictObject(bytes(text));
/** No name in it needs an escape. */
function hasPlainNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inside]) => !JSON.stringify(name).includes('\\') && hasPlainNames(inside));
}
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('base64url in its one spelling', () => {
  test.each([
    ['padding', 'QQ=='],
    ['white space', 'QUJD\n'],
    ['stray bits after one byte', 'QR'],
    ['stray bits after two bytes', 'QUJ'],
    ['an impossible length', 'QUJDQ'],
    ['the other alphabet', 'ab+/'],
    ['nothing', ''],
    ['a letter beyond ASCII', 'QUJé'],
  ])('refuses %s', (_what, text) => {
    const refused = { code: 'base64_not_canonical', message: 'a part is not canonical base64url' };
    expect(() => decodeBase64url(text)).toThrow(expect.objectContaining(refused));
  });

  test('decodes whatever was encoded canonically, and nothing else decodes to the same bytes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.constantFrom(...alphabet), (data, last) => {
        const text = Buffer.from(data).toString('base64url');
        expect([...decodeBase64url(text)]).toEqual([...data]);
        const other = text.slice(0, -1) + last;
        fc.pre(other !== text);
        try {
          expect([...decodeBase64url(other)]).not.toEqual([...data]);
        } catch (error) {
          expect(error).toHaveProperty('code', 'base64_not_canonical');
        }
      }),
    );
  });
});

describe('strict JSON', () => {
  test.each([
    ['at the top', '{"a":1,"a":1}'],
    ['deep inside', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}'],
    ['spelt with an escape', '{"sub":1,"s\\u0075b":2}'],
    ['with white space before its colon', '{"a" \n:1,"a"\t:2}'],
    ['after a string that holds a brace', '{"a":"}","a":2}'],
    ['after a string that ends in a backslash', '{"a":"\\\\","a":"\\""}'],
  ])('refuses a member repeated %s', async (_where, text) => {
    expect(await codeOf(() => parse(text))).toBe('duplicate_member');
  });

  test('accepts one name in two different objects, and as a value', () => {
    const value = { a: { a: 1 }, b: [{ a: 2 }, { a: 3 }], c: 'a', d: ['a', 'a'] };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  test.each([
    ['a byte order mark', bytes('\ufeff{}')],
    ['broken UTF-8', Uint8Array.of(0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d)],
    ['an overlong encoding', Uint8Array.of(0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x3a, 0x31, 0x7d)],
    ['an array', bytes('[]')],
    ['null', bytes('null')],
    ['a comment', bytes('{/**/}')],
    ['text after the object', bytes('{}x')],
    ['a member called __proto__', bytes('{"__proto__":{"admin":true}}')],
    ['a member called __proto__ by an escape', bytes('{"\\u005f_proto__":1}')],
    ['17 levels', bytes(nested(17))],
    ['a hundred thousand levels', bytes(nested(100_000))],
  ])('refuses %s', async (_what, data) => {
    expect(await codeOf(() => parseStrictObject(data))).toBe('token_malformed');
  });

  test.each([
    ['{', 'token_malformed', 'a part is not JSON in UTF-8'],
    [nested(17), 'token_malformed', 'a part is nested too deep'],
    ['{"__proto__":1}', 'token_malformed', 'a part has a forbidden member name'],
    ['{"a":1,"a":2}', 'duplicate_member', 'a part repeats a member name'],
    ['[]', 'token_malformed', 'a part is not a JSON object'],
  ])('says nothing of %s, or something of another part', (text, code, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code, message }));
  });

  test('says of broken UTF-8 that it is something else', () => {
    const message = 'a part is not JSON in UTF-8';
    expect(() => parseStrictObject(Uint8Array.of(0x7b, 0xc3, 0x7d))).toThrow(expect.objectContaining({ message }));
  });

  test('accepts 16 levels', () => {
    expect(parse(nested(16))).toHaveProperty('a');
  });

  test('reads every object that JSON.stringify writes as JSON.parse reads it', () => {
    const value = fc.dictionary(
      fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__' && !JSON.stringify(name).includes('\\')),
      fc.jsonValue({ maxDepth: 5 }).filter(hasPlainNames),
    );
    fc.assert(
      fc.property(value, (object) => {
        const text = JSON.stringify(object);
        fc.pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
