import { describe, expect, test } from 'vitest';
import { loadProvinces } from './provinces/index.ts';
import { compileRecognisers } from './recogniser.ts';

const GUANGDONG = loadProvinces().filter(({ manifest }) => manifest.province === '440000');
const recognise = compileRecognisers(GUANGDONG.map(({ manifest }) => manifest));
const ENCODE = 'ab'.repeat(32);

describe('a JSON code', () => {
  test('is not recognised as it is written', () => {
    expect(recognise(`{"label":"yss","encode":"${ENCODE}"}`)?.token).toBe(ENCODE);
  });

  test.each([
    ['its token', `{"label":"yss","encode":"${'cd'.repeat(32)}","encode":"${ENCODE}"}`],
    ['its token, by an escape', `{"label":"yss","enc\\u006fde":"${'cd'.repeat(32)}","encode":"${ENCODE}"}`],
    ['its mark', `{"label":"xyz","label":"yss","encode":"${ENCODE}"}`],
    ['what nobody reads', `{"label":"yss","encode":"${ENCODE}","x":{"a":1,"a":1}}`],
  ])('that repeats %s is guessed', (_what, code) => {
    expect(recognise(code)).toBeNull();
  });
});
