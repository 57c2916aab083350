import { describe, expect, test } from 'vitest';
import { unframed } from '../schemas/scanned-text.ts';
import { isGlued } from './glued-codes.ts';
import { compileRecognisers } from './recogniser.ts';
import { sampleSystem } from './sample-manifest.fixture.ts';

const A = `SMP:${'0a'.repeat(16)}`;
const B = `SMP:${'1b'.repeat(16)}`;
const URL_CODE = 'https://code.invalid/q?id=akm:12345';
const JSON_CODE = '{"label":"yss","encode":"01234567"}';
const hex = { alphabet: 'hex' };
const recognise = compileRecognisers([
  sampleSystem('prefix', [{ kind: 'prefix', prefix: 'SMP:', length: { min: 36, max: 36 }, ...hex }]),
  sampleSystem('url', [
    {
      kind: 'url',
      host: 'code.invalid',
      path: '/q',
      parameter: 'id',
      value_prefix: 'akm:',
      length: { min: 9, max: 9 },
    },
  ]),
  sampleSystem('json', [
    { kind: 'json', member: 'label', equals: 'yss', take: 'encode', length: { min: 8, max: 8 }, ...hex },
  ]),
]);
const glued = (text: string) => isGlued(unframed(text), recognise);

describe('two codes read as one', () => {
  test.each([
    ['nothing between', `${A}${B}`],
    ['the same one twice', `${A}${A}`],
    ['a line end', `${A}\r\n${B}`],
    ['a tab', `${A}\t${URL_CODE}`],
    ['the frames of both', `\x02]Q1${A}\x03\x02]Q1${B}\x03`],
    ['a web address behind', `${A}${URL_CODE}`],
    ['a web address before, with a parameter that nobody reads', `${URL_CODE}&cityNo=1${A}`],
    ['a web address before, with a fragment', `${URL_CODE}#top${JSON_CODE}`],
    ['a web address before, with scheme and host in capitals', `HTTPS://CODE.INVALID/q?id=akm:12345&cityNo=1${A}`],
    ['the same web address twice', `${URL_CODE}#top${URL_CODE}#top`],
    ['JSON', `${JSON_CODE}${JSON_CODE}`],
    ['JSON and another', `${JSON_CODE}${A}`],
    ['three', `${A}\n${B}\n${A}`],
  ])('%s: they are not told from a text that is no code', (_between, text) => {
    expect(recognise(text)).toBeNull();
    expect(glued(text)).toBe(true);
  });

  test.each([
    ['half a code', A.slice(0, 20)],
    ['a code and half of one', `${A}${B.slice(0, 20)}`],
    ['words', 'there is no code here'],
    ['a code between words', `the code ${A}`],
    ['nothing', ''],
    ['far too much', `${A}\n`.repeat(40)],
  ])('%s is called two codes', (_what, text) => {
    expect(glued(text)).toBe(false);
  });

  test('a long text without a separator is looked at place by place', () => {
    let looks = 0;
    const counted = (text: string) => {
      looks += 1;
      return recognise(text);
    };
    expect([isGlued('a'.repeat(255), counted), looks]).toEqual([false, 248]);
    looks = 0;
    expect([isGlued('a'.repeat(257), counted), looks]).toEqual([false, 0]);
  });
});
