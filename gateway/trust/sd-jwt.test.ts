import { expect, test } from 'vitest';
import { codeOf } from './federation.fixture.ts';
import { MAX_SD_JWT_LENGTH, readDisclosures, splitSdJwt, withholdDisclosures } from './sd-jwt.ts';
import { sha256Base64url } from './sha256.ts';

const LONGEST = `${'a'.repeat(MAX_SD_JWT_LENGTH - 1)}~`;
const listed = (disclosures: number) => `a.b.c~${'e30~'.repeat(disclosures)}`;

test.each<[what: string, text: unknown, code: string]>([
  ['is no text', { length: 1, split: () => ['a', ''] }, 'token_malformed'],
  ['does not end with a tilde', 'a.b.c', 'token_malformed'],
  ['is followed by a key binding', 'a.b.c~e30~a.b.c', 'key_binding_refused'],
  ['is longer than any', `a${LONGEST}`, 'token_too_large'],
  ['has a ninth disclosure', listed(9), 'token_malformed'],
])('an SD-JWT is taken apart that %s', async (_what, text, code) => {
  expect(await codeOf(() => Reflect.apply(splitSdJwt, undefined, [text]))).toBe(code);
});

test('the longest SD-JWT is refused, or one with as many disclosures as there may be', () => {
  expect(splitSdJwt(LONGEST)).toEqual({ jwt: LONGEST.slice(0, -1), disclosures: [] });
  expect(splitSdJwt(listed(8)).disclosures).toHaveLength(8);
});

test('what a venue gets has a disclosure, or ends otherwise than an SD-JWT', () => {
  for (const text of [listed(0), listed(2)]) expect(withholdDisclosures(text)).toBe('a.b.c~');
});

test('a disclosure wears another spelling than the one that encoders write', async () => {
  const written = Buffer.from('["s","handle","hh"]').toString('base64url');
  expect(written).toMatch(/Q$/);
  const respelt = `${written.slice(0, -1)}R`;
  const opened = (disclosure: string) => readDisclosures([disclosure], {}, [sha256Base64url(disclosure)]);
  expect({ ...opened(written) }).toEqual({ handle: 'hh' });
  expect(await codeOf(() => opened(respelt))).toBe('base64_not_canonical');
});
