import { describe, expect, test } from 'vitest';
import { compileEnvelope, parseJson, readJson } from './envelope.ts';
import { OUTCOME } from './loopback.fixture.ts';

const config = { outcome: OUTCOME, record_at: '/data' };
const read = compileEnvelope(config, null);
const readSigned = compileEnvelope(config, '/proof/0');
const reply = (status: number, body = '{}') => ({ status, headers: {}, body });

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
    ['an undeclared code', { code: 7, data: {} }],
    ['a padded code', { code: '00', data: {} }],
    ['a boolean code', { code: false, data: {} }],
    ['no code', { data: {} }],
    ['no record', { code: 0 }],
    ['a record that is text', { code: 0, data: 'green' }],
    ['a record that is a list', { code: 0, data: [] }],
    ['a reply that is null', null],
  ])('%s is malformed', (_defect, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'malformed' }));
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
    [204, 'status'],
    [404, 'status'],
    [500, 'status'],
    [503, 'status'],
  ])('HTTP %i is %s', (status, code) => {
    expect(() => readJson(reply(status))).toThrow(expect.objectContaining({ code }));
  });

  test('garbage is malformed, and no part of it reaches the message', () => {
    expect(() => readJson(reply(200, '<html>secret</html>'))).toThrow(/^the reply is not JSON$/);
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
