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
const path = (changes: object = {}) => ({
  kind: 'url_path',
  host: 'a.invalid',
  path: '/c/{token}',
  length,
  alphabet: 'alphanumeric',
  ...changes,
});
const whole = (changes: object = {}) => ({
  kind: 'whole_url',
  scheme: 'https',
  host: 'a.invalid',
  path: '/q',
  length: { min: 20, max: 300 },
  ...changes,
});
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
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
    ['a prefix that is the same web address', prefix('https://a.invalid/q?id='), url()],
    ['a prefix that is the same web address over http', prefix('http://A.invalid/q/?id=a'), url()],
    ['a segment and a prefix that ends in it', path(), prefix('https://a.invalid/c/ab')],
    ['a segment that another path could be', path(), url({ path: '/c/abcdefgh' })],
    ['segments in two places', path({ path: '/{token}/viewview' }), path({ path: '/viewview/{token}' })],
    ['a whole address and its parameter', whole(), url()],
    ['paths that differ in case only', url({ path: '/Q' }), url()],
    ['a route and the same address without one', url({ route: '/code' }), url()],
    ['the same route', url({ route: '/code' }), url({ route: '/code/' })],
    ['a prefix that opens a JSON object', prefix('{"label":"yss"}'), json()],
    ['a prefix that holds header and payload of a JWS', prefix(`eyJ9.${part({ iss: 'xxx' })}.`), jws('xxx')],
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
    ['a prefix with two dots and no payload', prefix('cn.gov.hn'), jws('xxx')],
    ['a prefix with the payload of another issuer', prefix(`eyJ9.${part({ iss: 'yyy' })}.`), jws('xxx')],
    ['different routes', url({ route: '/code' }), url({ route: '/other' })],
    ['a segment that the other path is too short for', path(), url({ path: '/c/ab' })],
    ['segments below different paths', path(), path({ path: '/d/{token}' })],
    ['a prefix that is another web address', prefix('https://b.invalid/q?id='), url()],
    ['a prefix that goes on outside base64', prefix('SktN:', { alphabet: 'base64' }), binary('JKM')],
    ['a prefix that no base64 of the marker has', prefix('HN'), binary('JKM')],
  ])('%s', (_why, a, b) => {
    expect(meets(a, b)).toBe(false);
  });

  test('two recognisers of one system are its own affair', () => {
    expect(findOverlaps([sampleSystem('a', [prefix('HN'), prefix('HN')])])).toEqual([]);
  });
});

test.each([
  'HT',
  'http',
  'HTTPS',
])('a prefix %s in base45 is let claim web addresses that were typed with caps lock on', (prefix) => {
  const claiming = (alphabet: string) =>
    sampleSystem('claiming', [{ kind: 'prefix', prefix, alphabet, length: { min: 8, max: 200 } }]);
  expect(() => claiming('base45')).toThrow('could claim web addresses');
  expect(claiming('alphanumeric').recognise).toHaveLength(1);
});
