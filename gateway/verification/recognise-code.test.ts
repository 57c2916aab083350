import { expect, test } from 'vitest';
import { sampleSystem } from '../../adapters/sample-manifest.fixture.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { compilePolicy } from '../policy/decide.ts';
import { createRegistryState } from '../registry/registry-state.ts';
import { recogniseCode } from './recognise-code.ts';

const length = { min: 4, max: 128 };
const manifest = sampleSystem('any', [
  { kind: 'url', host: 'code.invalid', path: '/q', parameter: 'id', value_prefix: '', length },
  { kind: 'prefix', prefix: 'SMP:', alphabet: 'digits', length },
  { kind: 'json', member: 'label', equals: 'yss', take: 'encode', alphabet: 'digits', length },
]);
const state = createRegistryState({
  adapters: [{ manifest, digest: 'd', stage: 'active', conformance: null }],
  mandates: [],
  baseline: compilePolicy(NATIONAL_BASELINE),
  policies: new Map(),
});
/** A resident identity number of nobody. */
const PERSON = '000000194912310000';

test.each([
  ['a parameter of a web address', (token: string) => `https://code.invalid/q?id=${token}`],
  ['what follows a prefix', (token: string) => `SMP:${token}`],
  ['a member of JSON', (token: string) => `{"label":"yss","encode":"${token}"}`],
])('a person in place of a code, as %s, is what its province is asked about', (_place, codeWith) => {
  expect(recogniseCode(state, codeWith('12345678')).token).toContain('12345678');
  expect(() => recogniseCode(state, codeWith(PERSON))).toThrow(
    expect.objectContaining({ code: 'personal_identifier_refused' }),
  );
});
