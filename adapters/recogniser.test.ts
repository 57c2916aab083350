import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recogniserSchema } from '../schemas/recogniser.ts';
import { compileRecognisers } from './recogniser.ts';
import { sampleSystem } from './sample-manifest.fixture.ts';

const HEX32 = '0123456789abcdef0123456789abcdef';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const JWS = `${part({ alg: 'ES256' })}.${part({ iss: 'https://codes.invalid', sub: 's' })}.c2ln`;
const BINARY = Buffer.concat([Buffer.from('JKM'), Buffer.alloc(27, 200)]).toString('base64');
/** `JKM-0123456789` and one bit more. */
const STRAY_BITS = 'SktNLTAxMjM0NTY3ODl=';

const SYSTEMS = [
  sampleSystem('prefix', [{ kind: 'prefix', prefix: 'SMP:', length: { min: 36, max: 36 }, alphabet: 'hex' }]),
  sampleSystem('longer', [{ kind: 'prefix', prefix: 'SMP:zz', length: { min: 10, max: 12 }, alphabet: 'digits' }]),
  sampleSystem('url', [
    {
      kind: 'url',
      host: 'code.invalid',
      path: '/q',
      parameter: 'id',
      value_prefix: 'akm:',
      length: { min: 8, max: 40 },
    },
  ]),
  sampleSystem('json', [
    { kind: 'json', member: 'label', equals: 'yss', take: 'encode', length: { min: 8, max: 64 }, alphabet: 'hex' },
  ]),
  sampleSystem('binary', [{ kind: 'binary', marker: 'JKM', length: { min: 8, max: 64 } }]),
  sampleSystem('route', [
    {
      kind: 'url',
      host: 'route.invalid',
      path: '/index.html',
      route: '/myAkm',
      parameter: 'id',
      value_prefix: 'akm:qrcode:',
      length: { min: 43, max: 43 },
      alphabet: 'hex',
    },
  ]),
  sampleSystem('segment', [
    { kind: 'url_path', host: 's.invalid', path: '/{token}', length: { min: 20, max: 60 }, alphabet: 'hex' },
    {
      kind: 'url',
      host: 's.invalid',
      path: '/e',
      parameter: 'ewmid',
      value_prefix: '',
      length: { min: 7, max: 60 },
      alphabet: 'base64',
    },
  ]),
  sampleSystem('inner', [
    { kind: 'url_path', host: 'i.invalid', path: '/c/{token}/view', length: { min: 8, max: 8 }, alphabet: 'hex_upper' },
  ]),
  sampleSystem('whole', [
    { kind: 'whole_url', scheme: 'http', host: 'w.invalid', path: '/su', length: { min: 20, max: 200 } },
  ]),
  sampleSystem('web-prefix', [
    { kind: 'prefix', prefix: 'https://p.invalid/q?c=', length: { min: 30, max: 30 }, alphabet: 'hex' },
    { kind: 'prefix', prefix: 'https://p.invalid/d/AB', length: { min: 30, max: 30 }, alphabet: 'digits' },
  ]),
  sampleSystem('jws', [{ kind: 'jws', issuer: 'https://codes.invalid', length: { min: 20, max: 2000 } }]),
];
const recognise = compileRecognisers(SYSTEMS);
const seen = (code: string) => {
  const found = recognise(code);
  return found === null ? null : [found.system, found.token];
};

describe('codes of registered systems', () => {
  test.each([
    [`SMP:${HEX32}`, ['prefix', `SMP:${HEX32}`]],
    ['SMP:zz1234', ['longer', 'SMP:zz1234']],
    ['https://code.invalid/q?id=akm%3A12345&cityNo=1', ['url', 'akm:12345']],
    ['HTTPS://CODE.invalid/q?id=akm:12345#x', ['url', 'akm:12345']],
    [`{"cid":"4*","label":"yss","encode":"${HEX32}"}`, ['json', HEX32]],
    [
      `https://route.invalid/index.html#/myAkm?isScan=1&id=akm:qrcode:${HEX32}&cityNo=1`,
      ['route', `akm:qrcode:${HEX32}`],
    ],
    [`https://s.invalid/${HEX32}1646870400000`, ['segment', `${HEX32}1646870400000`]],
    ['https://s.invalid/e?ewmid=ab%2Bcde%3D', ['segment', 'ab+cde=']],
    ['https://s.invalid/e?ewmid=ab+cd/e=', ['segment', 'ab+cd/e=']],
    ['https://i.invalid/c/0123abcd/view?from=wx', ['inner', '0123ABCD']],
    ['https://w.invalid/su?a=1&b=%E4%B8%AD#x', ['whole', 'http://w.invalid/su?a=1&b=%E4%B8%AD#x']],
    ['{"encode":12345678,"label":"yss"}', ['json', '12345678']],
    [BINARY, ['binary', BINARY]],
    [JWS, ['jws', JWS]],
  ])('%s', (code, expected) => {
    expect(seen(code)).toEqual(expected);
  });
});

describe('what is nobody’s code', () => {
  test.each([
    ['one character too many', `SMP:${HEX32}0`],
    ['a character outside the alphabet', `SMP:${HEX32.replace('a', 'g')}`],
    ['white space before it', ` SMP:${HEX32}`],
    ['another host', 'https://code.invalid.example/q?id=akm:12345'],
    ['another port', 'https://code.invalid:8443/q?id=akm:12345'],
    ['a login that looks like the host', 'https://code.invalid@evil.invalid/q?id=akm:12345'],
    ['a login before the host', 'https://x@code.invalid/q?id=akm:12345'],
    ['a tab that the URL parser would drop', 'https://code.inv\talid/q?id=akm:12345'],
    ['another path', 'https://code.invalid/q/r?id=akm:12345'],
    ['no route where the parameters stand behind one', `https://route.invalid/index.html?id=akm:qrcode:${HEX32}`],
    ['another route', `https://route.invalid/index.html#/other?id=akm:qrcode:${HEX32}`],
    ['a segment more', `https://s.invalid/${HEX32}/x`],
    ['an octet that is no UTF-8 in the segment', `https://s.invalid/${HEX32}%ff`],
    ['base64 with stray bits', STRAY_BITS],
    ['the parameter twice', 'https://code.invalid/q?id=akm:12345&id=akm:99999'],
    ['the wrong start of the value', 'https://code.invalid/q?id=xkm:12345'],
    ['a control character in the value', 'https://code.invalid/q?id=akm:123%0045'],
    ['another scheme', 'ftp://code.invalid/q?id=akm:12345'],
    ['JSON without the token', '{"label":"yss"}'],
    ['JSON with an inherited member', '{"label":"yss","__proto__":{"encode":"12345678"}}'],
    ['JSON with two tokens', '{"label":"yss","encode":"12345678","encode":"87654321"}'],
    ['JSON with two marks', '{"label":"other","label":"yss","encode":"12345678"}'],
    ['JSON with a member twice inside', '{"label":"yss","encode":"12345678","more":{"a":1,"a":2}}'],
    ['JSON that is a list', '["label","yss"]'],
    ['broken JSON', '{"label":"yss"'],
    ['base64 without the marker', Buffer.from('JKX-0123456789').toString('base64')],
    ['base64 without its padding', Buffer.from('JKM-0123456789x').toString('base64').slice(0, -1)],
    ['a JWS by another issuer', JWS.replace(part({ iss: 'https://codes.invalid', sub: 's' }), part({ iss: 'x' }))],
    ['a JWS in four parts', `${JWS}.x`],
    ['a web address with far too much behind its token', `https://code.invalid/q?id=akm:12345&a=${'1'.repeat(510)}`],
    ['the end of a JWS', JWS.slice(1)],
    ['a JWS behind another code', `SMP1${JWS}`],
    ['a JWS whose payload is no JSON', 'eyJ9.e30x.c2ln'],
    ['nothing', ''],
    ['more than any code', 'x'.repeat(4097)],
  ])('%s', (_defect, code) => {
    expect(seen(code)).toBeNull();
  });

  test.each([
    ['http', 'http://code.invalid/q?id=akm:12345', 'http://p.invalid/q?c=01234567'],
    ['scheme and host in capitals', 'HTTPS://CODE.INVALID/q?id=akm:12345', 'HTTPS://P.INVALID/q?c=01234567'],
    ['caps lock', 'HTTPS://CODE.INVALID/Q?ID=AKM:12345', 'HTTPS://P.INVALID/Q?C=01234567'],
    ['the default port', 'https://code.invalid:443/q?id=akm:12345', 'http://p.invalid:80/q?c=01234567'],
    ['other parameters before', 'https://code.invalid/q?a=1&id=akm:12345', 'https://p.invalid/q?a=1&c=01234567'],
    ['a slash at the end', 'https://code.invalid/q/?id=akm:12345', 'https://p.invalid/q/?c=01234567'],
    ['an escaped character', 'https://code.invalid/q?id=akm%3a12345', 'https://p.invalid/q?c=0123456%37'],
    ['a fragment', 'https://code.invalid/q?id=akm:12345#top', 'https://p.invalid/q?c=01234567#top'],
  ])('%s makes a web address another code, in one kind or the other', (_change, url, prefix) => {
    expect(seen(url)).toEqual(['url', 'akm:12345']);
    expect(seen(prefix)).toEqual(['web-prefix', 'https://p.invalid/q?c=01234567']);
  });

  test('a code whose alphabet has no case is another question in every spelling', () => {
    const spellings = (code: string) => [code, code.toUpperCase(), code.replace('a', 'A')];
    for (const hex of spellings(HEX32)) {
      expect(seen(`SMP:${hex}`)).toEqual(['prefix', `SMP:${HEX32}`]);
      expect(seen(`{"label":"yss","encode":"${hex}"}`)).toEqual(['json', HEX32]);
      expect(seen(`https://s.invalid/${hex}`)).toEqual(['segment', HEX32]);
    }
    expect(seen('https://i.invalid/c/0123aBcD/view')).toEqual(['inner', '0123ABCD']);
  });

  test('an address of which everything is read is taken for two codes', () => {
    expect(seen('http://w.invalid/su?next=http://w.invalid/su')).toEqual([
      'whole',
      'http://w.invalid/su?next=http://w.invalid/su',
    ]);
  });

  test('a value of a parameter behind the token is taken for another system’s code', () => {
    const short = sampleSystem('short', [
      { kind: 'prefix', prefix: 'ci', length: { min: 4, max: 60 }, alphabet: 'base64' },
    ]);
    const code = 'https://code.invalid/q?id=akm:12345&cityNo=340100';
    expect(compileRecognisers([...SYSTEMS, short])(code)?.token).toBe('akm:12345');
  });

  test('what another node is shown carries more than the token, or is not recognised there', () => {
    const shown = (code: string) => recognise(code)?.code ?? '';
    const codes = [
      `https://route.invalid/index.html#/myAkm?tel=1&id=akm:qrcode:${HEX32}`,
      'https://s.invalid/e?tel=1&ewmid=ab%2Bcd%3D%3D',
      'https://i.invalid/c/0123abcd/view?tel=1',
      'https://p.invalid/d/AB01234567?tel=1',
      'https://w.invalid/su?a=1&b=%E4%B8%AD#x',
      `{"cid":"tel","label":"yss","encode":"${HEX32}"}`,
      `SMP:${HEX32}`,
      BINARY,
      JWS,
    ];
    for (const code of codes) {
      expect(shown(code)).not.toContain('tel');
      expect(seen(shown(code))).toEqual(seen(code));
    }
  });

  test('a code with the marks of two systems is given to neither, whatever the order', () => {
    const other = sampleSystem('other', [
      { kind: 'json', member: 'type', equals: 'other', take: 'id', length: { min: 4, max: 8 }, alphabet: 'hex' },
    ]);
    const code = `{"label":"yss","encode":"${HEX32}","type":"other","id":"abcd"}`;
    expect(compileRecognisers([...SYSTEMS, other])(code)).toBeNull();
    expect(compileRecognisers([other, ...SYSTEMS])(code)).toBeNull();
  });
});

describe('many systems', () => {
  const length = { min: 4, max: 40 };
  const numbered = Array.from({ length: 300 }, (_, n) => String(n).padStart(3, '0'));
  const all = [
    ...numbered.map((n) => sampleSystem(`p${n}`, [{ kind: 'prefix', prefix: `PQ${n}`, length, alphabet: 'digits' }])),
    ...numbered.map((n) =>
      sampleSystem(`u${n}`, [
        { kind: 'url_path', host: 'one.invalid', path: `/c/${n}/{token}`, length, alphabet: 'digits' },
      ]),
    ),
    ...numbered.map((n) =>
      sampleSystem(`q${n}`, [
        { kind: 'url', host: 'one.invalid', path: `/q/${n}`, parameter: 'id', value_prefix: '', length },
      ]),
    ),
    sampleSystem('short', [{ kind: 'prefix', prefix: 'PQF', length, alphabet: 'hex_upper' }]),
  ];
  const recognise = compileRecognisers(all);

  test.each([
    ['of one beginning', 'PQ1234567', 'p123'],
    ['of one beginning, by a shorter mark', 'PQFFF4567', 'short'],
    ['at one host, in the path', 'https://one.invalid/c/123/4567', 'u123'],
    ['at one host, in a parameter', 'https://one.invalid/q/123?id=4567', 'q123'],
  ])('%s are taken for each other, or for nobody’s', (_what, code, system) => {
    expect(recognise(code)?.system).toBe(system);
  });

  test('of which two take a code are told apart by their order', () => {
    const other = sampleSystem('other', [{ kind: 'prefix', prefix: 'PQ12', length, alphabet: 'digits' }]);
    for (const both of [
      [...all, other],
      [other, ...all],
    ]) {
      expect(compileRecognisers(both)('PQ1234567')).toBeNull();
    }
  });
});

describe('a recogniser that could never be right', () => {
  const length = { min: 4, max: 60 };
  const prefix = (text: string) => ({ kind: 'prefix', prefix: text, length, alphabet: 'hex' });
  const path = (text: string) => ({ kind: 'url_path', host: 'a.invalid', path: text, length, alphabet: 'hex' });
  test.each([
    ['a prefix that a scanner would be thought to have added', prefix(']Q1')],
    ['an address that ends in its host', prefix('https://a.invalid')],
    ['an address with two parameters', prefix('https://a.invalid/q?a=1&id=')],
    ['an address that ends in a parameter’s name', prefix('https://a.invalid/q?id')],
    ['an address with a port', prefix('https://a.invalid:8443/q?id=')],
    ['an address with a login', prefix('https://x@a.invalid/q?id=')],
    ['an address that is only its scheme', prefix('https:')],
    ['a path without a place for the token', path('/c/token')],
    ['a path with two', path('/{token}/{token}')],
    ['a path with a token inside a segment', path('/c/x{token}')],
    ['a path that holds a query', path('/c?x={token}')],
  ])('%s is taken', (_what, recogniser) => {
    expect(recogniserSchema.safeParse(recogniser).success).toBe(false);
  });
});

describe('properties', () => {
  test('arbitrary text never throws, and the same text always gives the same answer', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.webUrl().map((url) => url.replace(/\/\/[^/]+/, '//code.invalid')),
      fc.json(),
      fc.string().map((value) => `SMP:${value}`),
      fc.uint8Array().map((bytes) => Buffer.concat([Buffer.from('JKM'), bytes]).toString('base64')),
      fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    );
    const reversed = compileRecognisers(SYSTEMS.toReversed());
    fc.assert(
      fc.property(text, (code) => {
        const first = recognise(code);
        expect(recognise(code)).toEqual(first);
        expect(reversed(code)).toEqual(first);
        if (first !== null) expect(first.token.length).toBeGreaterThanOrEqual(4);
      }),
      { numRuns: 2000 },
    );
  });

  test('a lone surrogate does not throw', () => {
    expect(recognise('\ud800')).toBeNull();
    expect(recognise('https://code.invalid/q?id=\udfff')).toBeNull();
  });

  test('every code of the declared shape is recognised', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{32}$/), (hex) => {
        expect(seen(`SMP:${hex}`)).toEqual(['prefix', `SMP:${hex}`]);
      }),
    );
  });
});
