import { describe, expect, test } from 'vitest';
import { NOW_MS, OUTCOME } from './loopback.fixture.ts';
import { compileReply, parseJson, type ReplyConfig, requireOk } from './reply.ts';

const config = { outcome: OUTCOME, record_at: '/data' };
const CLOCK = { nowMs: () => NOW_MS };
const reply = (status: number, body: unknown = {}, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const reading = (changes: Partial<ReplyConfig>, statementAt: string | null = null) =>
  compileReply({ ...config, ...changes }, statementAt, CLOCK).read;
const read = (body: unknown) => reading({})(reply(200, body));
const readSigned = (body: unknown) => reading({}, '/proof/0')(reply(200, body));
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('what an answer is', () => {
  test.each([
    [
      { code: 0, data: { a: 1 } },
      { kind: 'found', record: { a: 1 }, statement: null },
    ],
    [
      { code: '0', data: {} },
      { kind: 'found', record: {}, statement: null },
    ],
    [{ code: '111' }, { kind: 'absent', why: 'expired' }],
    [
      { code: 404, data: { a: 1 } },
      { kind: 'absent', why: 'unknown' },
    ],
  ])('%j', (body, answer) => {
    expect(read(body)).toEqual(answer);
  });

  test('a declared statement is handed on as it came', () => {
    expect(readSigned({ code: 0, data: {}, proof: ['x.y.z~'] })).toMatchObject({ statement: 'x.y.z~' });
  });
});

describe('what is no answer', () => {
  test.each([
    ['a boolean code', { code: false, data: {} }],
    ['no code', { data: {} }],
    ['no record', { code: 0 }],
    ['a record that is text', { code: 0, data: 'green' }],
    ['a record that is a list', { code: 0, data: [] }],
    ['a reply that is null', null],
  ])('%s is malformed', (_defect, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test.each([
    ['another code', { code: 7, data: {} }],
    ['a padded code', { code: '00', data: {} }],
  ])('%s than those declared is not told from a broken reply', (_defect, body) => {
    expect(() => read(body)).toThrow(code('undeclared'));
  });

  test('a code that refuses the caller is about credentials, never about the traveller', () => {
    expect(() => read({ code: '116' })).toThrow(expect.objectContaining({ code: 'credentials' }));
  });

  test.each([
    [{}],
    [{ proof: [''] }],
    [{ proof: [{}] }],
  ])('a missing statement does not fade into an unsigned reply: %j', (rest) => {
    expect(() => readSigned({ code: 0, data: {}, ...rest })).toThrow(expect.objectContaining({ code: 'signature' }));
  });

  test.each([
    [301, 'redirect'],
    [302, 'redirect'],
    [304, 'redirect'],
    [401, 'credentials'],
    [403, 'credentials'],
    [204, 'undeclared'],
    [400, 'undeclared'],
    [404, 'undeclared'],
    [429, 'busy'],
    [500, 'status'],
    [502, 'status'],
    [503, 'busy'],
  ])('HTTP %i is %s', (status, expected) => {
    expect(() => requireOk(reply(status), NOW_MS)).toThrow(code(expected));
    expect(() => reading({})(reply(status, '<html>'))).toThrow(code(expected));
  });

  test('garbage is malformed, and no part of it reaches the message', () => {
    expect(() => read('<html>secret</html>')).toThrow(/^the reply is not JSON$/);
  });

  test.each([
    ['at the top', '{"code":0,"code":111,"data":{}}'],
    ['in the record', '{"code":0,"data":{"healthLevel":3,"healthLevel":1}}'],
    ['in a list of the record', '{"code":0,"data":{"a":[{"b":1},{"c":{"b":1,"\\u0062":2}}]}}'],
    ['where nobody reads', '{"code":0,"data":{},"trace":{"x":1,"x":1}}'],
  ])('a member that stands twice is guessed, %s', (_where, text) => {
    expect(() => read(text)).toThrow(code('malformed'));
  });

  test('a deep nest is refused, deep text is not', () => {
    expect(() => parseJson(`${'['.repeat(33)}${']'.repeat(33)}`)).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
    expect(() => parseJson('['.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(parseJson(JSON.stringify({ a: `"\\${'['.repeat(99)}` }))).toEqual({ a: `"\\${'['.repeat(99)}` });
    expect(parseJson(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeDefined();
  });
});

describe('outcomes by HTTP status', () => {
  const declared = reading({
    outcome: {
      ...OUTCOME,
      by_status: [
        { status: 404, means: 'unknown' },
        { status: 410, means: 'expired' },
        { status: 400, means: 'expired', at: '/error/code', codes: ['E_OLD', 17] },
        { status: 400, means: 'unknown', at: '/error/code', codes: ['E_NONE'] },
        { status: 500, means: 'unknown', at: '/error/code', codes: ['E_NONE'] },
        { status: 418, means: 'busy' },
        { status: 422, means: 'refused' },
      ],
    },
  });

  test.each([
    [404, '<html>', 'unknown'],
    [410, {}, 'expired'],
    [400, { error: { code: 'E_OLD' } }, 'expired'],
    [400, { error: { code: '17' } }, 'expired'],
    [400, { error: { code: 'E_NONE' } }, 'unknown'],
    [500, { error: { code: 'E_NONE' } }, 'unknown'],
  ])('a declared %i %j is no answer', (status, body, why) => {
    expect(declared(reply(status, body))).toEqual({ kind: 'absent', why });
  });

  test.each([
    [400, { error: { code: 'E_OTHER' } }, 'undeclared'],
    [400, '<html>E_NONE</html>', 'undeclared'],
    [500, { error: {} }, 'status'],
    [500, '{"error":{"code":"E_OLD","code":"E_NONE"}}', 'status'],
    [502, { error: { code: 'E_NONE' } }, 'status'],
    [418, {}, 'busy'],
    [422, {}, 'credentials'],
  ])('%i %j is taken for an absence', (status, body, expected) => {
    expect(() => declared(reply(status, body))).toThrow(code(expected));
  });
});

describe('a province that is too busy', () => {
  const busy = reading({ outcome: { ...OUTCOME, busy: [40006] } });
  test.each([
    ['5', 5_000],
    ['0', 0],
    [new Date(NOW_MS + 7_000).toUTCString(), 7_000],
    [new Date(NOW_MS - 7_000).toUTCString(), 0],
    ['1.5', null],
    ['-3', null],
    ['soon', null],
    ['2026-01-01', null],
    [undefined, null],
  ])('Retry-After: %s is not heard', (value, retryAfterMs) => {
    const headers: Record<string, string> = value === undefined ? {} : { 'retry-after': value };
    for (const one of [reply(503, {}, headers), reply(200, { code: '40006' }, headers)]) {
      expect(() => busy(one)).toThrow(expect.objectContaining({ code: 'busy', retryAfterMs }));
    }
  });
});

describe('JSON inside a string', () => {
  const opening = reading({ json_strings: ['/content', '/content/data'], record_at: '/content/data' });
  const inside = (data: unknown) => ({ code: 0, content: JSON.stringify({ data }) });

  test('is not opened where the manifest says, one inside the other', () => {
    expect(opening(reply(200, inside('{"colour":1}')))).toMatchObject({ record: { colour: 1 } });
    expect(opening(reply(200, inside({ colour: 1 })))).toMatchObject({ record: { colour: 1 } });
    expect(opening(reply(200, { code: 111 }))).toEqual({ kind: 'absent', why: 'expired' });
    expect(opening(reply(200, { code: 111, content: '' }))).toEqual({ kind: 'absent', why: 'expired' });
  });

  test.each([
    ['no JSON', 'green'],
    ['a member twice', '{"colour":3,"colour":1}'],
    ['a deep nest', `${'['.repeat(33)}${']'.repeat(33)}`],
  ])('that holds %s is guessed', (_defect, text) => {
    expect(() => opening(reply(200, inside(text)))).toThrow(code('malformed'));
  });

  test('is opened where nobody declared it', () => {
    expect(() => read({ code: 0, data: '{"colour":1}' })).toThrow(code('malformed'));
  });
});
