import { expect, test } from 'vitest';
import { codeOf } from './federation.fixture.ts';
import { MAX_SD_JWT_LENGTH, readDisclosures, splitSdJwt, withholdDisclosures } from './sd-jwt.ts';
import { sha256Base64url } from './sha256.ts';

const LONGEST = `${'a'.repeat(MAX_SD_JWT_LENGTH - 1)}~`;
const listed = (disclosures: number) => `a.b.c~${'e30~'.repeat(disclosures)}`;

test.each<[what: string, text: unknown, code: string, message: string]>([
  ['is no text', { length: 1, split: () => ['a', ''] }, 'token_malformed', 'the SD-JWT is no text'],
  ['does not end with a tilde', 'a.b.c', 'token_malformed', 'an SD-JWT ends with a tilde'],
  ['is followed by a key binding', 'a.b.c~e30~a.b.c', 'key_binding_refused', 'something follows the last tilde'],
  ['is longer than any', `a${LONGEST}`, 'token_too_large', 'the SD-JWT is too large'],
  ['has a ninth disclosure', listed(9), 'token_malformed', 'there are too many disclosures'],
])('an SD-JWT is taken apart that %s', (_what, text, code, message) => {
  const split = () => Reflect.apply(splitSdJwt, undefined, [text]);
  expect(split).toThrow(expect.objectContaining({ code, message }));
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

const encoded = (text: string) => Buffer.from(text).toString('base64url');
const FLAGS = encoded('["s","flags",[]]');
const HANDLE = encoded('["s","handle","h"]');
const UNBOUND = 'a disclosure is not among the signed digests, or is there twice';
const NO_TRIPLE = 'a disclosure is not [salt, name, value]';

test.each<[what: string, disclosures: readonly string[], code: string, message: string]>([
  ['stands there twice', [HANDLE, HANDLE], 'disclosure_unbound', UNBOUND],
  ['is signed by nobody', [FLAGS], 'disclosure_unbound', UNBOUND],
  [
    'names a plain claim',
    [encoded('["s","iss","x"]')],
    'duplicate_member',
    'a claim is disclosed that is there already',
  ],
  [
    'names what another one names',
    [HANDLE, encoded('["t","handle","h"]')],
    'duplicate_member',
    'a claim is disclosed that is there already',
  ],
  [
    'bears the name of the list of digests',
    [encoded('["s","_sd",[]]')],
    'disclosure_invalid',
    'a disclosure bears a reserved name',
  ],
  [
    'bears the name of a digest in a list',
    [encoded('["s","...","x"]')],
    'disclosure_invalid',
    'a disclosure bears a reserved name',
  ],
  [
    'bears a reserved name beside an object',
    [encoded('["s","_sd",{}]')],
    'disclosure_invalid',
    'a disclosure bears a reserved name',
  ],
  ['has no salt', [encoded('["handle","h"]')], 'disclosure_invalid', NO_TRIPLE],
  ['has a salt that is no text', [encoded('[1,"handle",{}]')], 'disclosure_invalid', NO_TRIPLE],
  ['has a name that is no text', [encoded('["s",1,{}]')], 'disclosure_invalid', NO_TRIPLE],
  ['has a fourth part', [encoded('["s","handle",{},1]')], 'disclosure_invalid', NO_TRIPLE],
  ['is no list', [encoded('{"0":"s","1":"handle","2":"h"}')], 'disclosure_invalid', NO_TRIPLE],
  [
    'closes its wrapper',
    [encoded('["s","handle",{}],"e":1')],
    'disclosure_invalid',
    'a disclosure is more than one value',
  ],
])('a disclosure is opened that %s', (_what, disclosures, code, message) => {
  const digests = [...new Set(disclosures)].filter((one) => one !== FLAGS).map(sha256Base64url);
  const open = () => readDisclosures(disclosures, { iss: 'https://province.example' }, digests);
  expect(open).toThrow(expect.objectContaining({ code, message }));
});

test('a digest that is listed twice binds two disclosures', () => {
  const twice = [sha256Base64url(HANDLE), sha256Base64url(HANDLE)];
  const refused = { code: 'digest_repeated', message: 'a digest is listed twice' };
  expect(() => readDisclosures([], {}, twice)).toThrow(expect.objectContaining(refused));
});
