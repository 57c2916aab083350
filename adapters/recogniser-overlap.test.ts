import { describe, expect, test } from 'vitest';
import { findOverlaps } from './recogniser-overlap.ts';
import { sampleSystem } from './sample-manifest.fixture.ts';

const length = { min: 8, max: 64 };
const prefix = (text: string, changes: object = {}) => ({
  kind: 'prefix',
  prefix: text,
  length,
  alphabet: 'alphanumeric',
  ...changes,
});
const url = (changes: object = {}) => ({
  kind: 'url',
  host: 'a.invalid',
  path: '/q',
  parameter: 'id',
  value_prefix: '',
  length,
  ...changes,
});
const json = (changes: object = {}) => ({
  kind: 'json',
  member: 'label',
  equals: 'yss',
  take: 'e',
  length,
  alphabet: 'hex',
  ...changes,
});
const binary = (marker: string) => ({ kind: 'binary', marker, length });
const jws = (issuer: string) => ({ kind: 'jws', issuer, length: { min: 20, max: 900 } });

function meets(a: object, b: object): boolean {
  const pair = [sampleSystem('a', [a]), sampleSystem('b', [b])] as const;
  const found = findOverlaps(pair).length > 0;
  expect(findOverlaps(pair.toReversed()).length > 0).toBe(found);
  return found;
}

describe('pairs that a registry must refuse', () => {
  test.each([
    ['the same prefix', prefix('HN'), prefix('HN')],
    ['a prefix inside another', prefix('HN'), prefix('HN2')],
    ['the same parameter of one address', url(), url()],
    ['hosts that differ in case only', url(), url({ host: 'A.invalid' })],
    ['two parameters of one address', url(), url({ parameter: 'code' })],
    ['value prefixes that lead one another', url({ value_prefix: 'a' }), url({ value_prefix: 'ab' })],
    ['the same JSON mark', json(), json({ take: 'f' })],
    ['markers that lead one another', binary('JKM'), binary('JKM2')],
    ['the same issuer', jws('https://i.invalid'), jws('https://i.invalid')],
    ['a prefix that base64 of the marker starts with', prefix('Sk', { alphabet: 'base64' }), binary('JKM')],
    ['a prefix that is a web address', prefix('https://a.inv'), url()],
    ['a prefix that opens a JSON object', prefix('{"label":"yss"}'), json()],
    ['a prefix that holds two dots', prefix('eyJ9.eyJpc3MiOiJ4In0.'), jws('xxx')],
  ])('%s', (_defect, a, b) => {
    expect(meets(a, b)).toBe(true);
  });
});

describe('pairs that cannot meet', () => {
  test.each([
    ['different prefixes', prefix('HN'), prefix('GD')],
    ['what follows lies outside the alphabet', prefix('HN'), prefix('HN:')],
    ['lengths apart', prefix('HN'), prefix('HN', { length: { min: 65, max: 70 } })],
    ['different hosts', url(), url({ host: 'b.invalid' })],
    ['different paths', url(), url({ path: '/r' })],
    ['different value prefixes', url({ value_prefix: 'a' }), url({ value_prefix: 'b' })],
    ['different JSON marks', json(), json({ equals: 'other' })],
    ['different markers', binary('JKM'), binary('XKM')],
    ['different issuers', jws('https://i.invalid'), jws('https://j.invalid')],
    ['a prefix beside a web address', prefix('HN'), url()],
    ['a prefix beside JSON', prefix('HN'), json()],
    ['a prefix that goes on outside base64', prefix('SktN:', { alphabet: 'base64' }), binary('JKM')],
    ['a prefix that no base64 of the marker has', prefix('HN'), binary('JKM')],
  ])('%s', (_why, a, b) => {
    expect(meets(a, b)).toBe(false);
  });

  test('two recognisers of one system are its own affair', () => {
    expect(findOverlaps([sampleSystem('a', [prefix('HN'), prefix('HN')])])).toEqual([]);
  });
});
