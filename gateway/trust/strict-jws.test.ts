import fc from 'fast-check';
import { base64url, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf, FUZZ_RUNS, FUZZ_TIMEOUT_MS, makeKey, NOW_S } from './federation.fixture.ts';
import type { PublicJwk } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

const options = { maxBytes: 4096, typ: 'example+jwt' };
const payload = { iss: 'https://issuer.example', list: [1, 2, 3], text: 'état' };
const encode = (value: unknown) => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));

let signer: Signer;
let jwk: PublicJwk;
let stranger: { signer: Signer; jwk: PublicJwk };
let token: string;

beforeAll(async () => {
  ({ signer, jwk } = await makeKey('k1'));
  stranger = await makeKey('k1');
  token = await signCompact({ typ: 'example+jwt' }, payload, signer);
});

/** A token with any header text and payload text, really signed by `by` over what it says. */
async function forge(header: unknown, body: string = encode(payload), by = signer): Promise<string> {
  const input = `${encode(header)}.${body}`;
  return `${input}.${base64url.encode(await by.sign(new TextEncoder().encode(input)))}`;
}

/** The letter one bit further: after a canonical last letter, the same bytes in another spelling. */
function nextLetter(letter = ''): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(letter) + 1);
}

const header = (more: object = {}) => ({ alg: 'ES256', typ: 'example+jwt', kid: 'k1', ...more });
const verify = (text: string, key: JWK = jwk) => verifyCompact(text, key, options);

describe('a good token', () => {
  test('verifies by its key and by a resolver', async () => {
    expect((await verify(token)).payload).toEqual(payload);
    expect(
      (await verifyCompact(token, keysOf({ keys: [stranger.jwk, jwk].toReversed() }, NOW_S), options)).header.kid,
    ).toBe('k1');
    expect((await verifyCompact(token, async () => jwk, options)).payload).toEqual(payload);
  });

  test('verifies under Ed25519', async () => {
    const ed = await makeKey('k1', 'EdDSA');
    const signed = await signCompact({ typ: 'example+jwt' }, payload, ed.signer);
    expect((await verify(signed, ed.jwk)).header).toEqual({ alg: 'EdDSA', kid: 'k1', typ: 'example+jwt' });
  });

  test('may spell its type in capitals and carry members that ask for nothing', async () => {
    const verified = await verify(await forge(header({ typ: 'Example+JWT', x5t: 'abc' })));
    expect(verified.header.typ).toBe('example+jwt');
    expect(verified.otherMembers).toEqual(['x5t']);
  });
});

describe('header', () => {
  test.each([
    ['alg none', header({ alg: 'none' }), 'alg_not_allowed'],
    ['an HMAC under the public key', header({ alg: 'HS256' }), 'alg_not_allowed'],
    ['an algorithm of another list', header({ alg: 'RS256' }), 'alg_not_allowed'],
    ['SM2 where nobody asked for it', header({ alg: 'SM2' }), 'alg_not_allowed'],
    ['no alg', header({ alg: undefined }), 'alg_not_allowed'],
    ['alg as a list', header({ alg: ['ES256'] }), 'alg_not_allowed'],
    ['another type', header({ typ: 'other+jwt' }), 'typ_wrong'],
    ['the plain type', header({ typ: 'JWT' }), 'typ_wrong'],
    ['a type with its prefix', header({ typ: 'application/example+jwt' }), 'typ_wrong'],
    ['no type', header({ typ: undefined }), 'typ_wrong'],
    ['a critical extension', header({ crit: ['exp'], exp: 1 }), 'crit_unknown'],
    ['an empty crit', header({ crit: [] }), 'crit_unknown'],
    ['unencoded payload', header({ b64: false }), 'crit_unknown'],
    ['its own key', header({ jwk: { kty: 'EC' } }), 'key_in_header'],
    ['a key address', header({ jku: 'https://stranger.example/jwks' }), 'key_in_header'],
    ['a certificate', header({ x5c: ['AA'] }), 'key_in_header'],
    ['a certificate address', header({ x5u: 'https://stranger.example/cert' }), 'key_in_header'],
    ['no kid', header({ kid: undefined }), 'kid_missing'],
    ['an empty kid', header({ kid: '' }), 'kid_missing'],
    ['a number for a kid', header({ kid: 1 }), 'kid_missing'],
    ['an endless kid', header({ kid: 'k'.repeat(257) }), 'kid_missing'],
    ['the kid of nobody', header({ kid: 'k2' }), 'key_unknown'],
    ['a repeated member', '{"alg":"ES256","kid":"k1","typ":"example+jwt","alg":"ES256"}', 'duplicate_member'],
    ['a header that is a list', '[]', 'token_malformed'],
  ])('with %s is refused though the signature is good', async (_what, head, code) => {
    const forged = await forge(head);
    expect(await codeOf(() => verify(forged))).toBe(code);
    if (code !== 'key_unknown') expect(await codeOf(() => parseCompact(forged, options))).toBe(code);
  });
});

describe('key', () => {
  test("a stranger's key under the right kid does not verify", async () => {
    const forged = await signCompact({ typ: 'example+jwt' }, payload, stranger.signer);
    expect(await codeOf(() => verify(forged))).toBe('signature_invalid');
  });

  test('a resolver that answers with the key of another kid is not believed', async () => {
    expect(await codeOf(() => verifyCompact(token, () => ({ ...jwk, kid: 'k9' }), options))).toBe('key_unknown');
    expect(await codeOf(() => verifyCompact(token, () => undefined, options))).toBe('key_unknown');
  });

  test('an Ed25519 key does not verify an ES256 token', async () => {
    const ed = await makeKey('k1', 'EdDSA');
    expect(await codeOf(() => verify(token, ed.jwk))).toBe('alg_not_allowed');
  });

  test.each([
    ['for encryption', { use: 'enc' }],
    ['for another algorithm', { alg: 'ES384' }],
    ['only for signing', { key_ops: ['sign'] }],
    ['that is private', { d: 'AA' }],
    ['off the curve', { x: 'A'.repeat(43) }],
    ['that is symmetric', { kty: 'oct', k: 'AAAA' }],
  ])('a key %s is not used', async (_what, change) => {
    expect(await codeOf(() => verify(token, { ...jwk, ...change }))).toBe('key_unknown');
  });

  test('a coordinate in a second spelling is not read', async () => {
    const respelt = { ...jwk, x: jwk.x.slice(0, -1) + nextLetter(jwk.x.at(-1)) };
    expect(await codeOf(() => verify(token, respelt))).toBe('key_unknown');
  });

  test('SM2 is verified by the function handed in, and by nothing else', async () => {
    const key = { ...jwk, crv: 'SM2' };
    const signed = await forge(header({ alg: 'SM2' }));
    const seen: (string | undefined)[] = [];
    const sm2Verify = (_input: Uint8Array, _signature: Uint8Array, by: JWK) => {
      seen.push(by.crv);
      return seen.length === 1;
    };
    const accepting = { ...options, algs: ['SM2'] as const };
    expect((await verifyCompact(signed, key, { ...accepting, sm2Verify })).header.alg).toBe('SM2');
    expect(await codeOf(() => verifyCompact(signed, key, { ...accepting, sm2Verify }))).toBe('signature_invalid');
    expect(await codeOf(() => verifyCompact(signed, jwk, { ...accepting, sm2Verify }))).toBe('alg_not_allowed');
    expect(await codeOf(() => verifyCompact(signed, key, accepting))).toBe('alg_not_allowed');
    expect(seen).toEqual(['SM2', 'SM2']);
  });

  test('a crash inside the SM2 function is a refusal', async () => {
    const sm2Verify = () => {
      throw new RangeError('bad point');
    };
    const signed = await forge(header({ alg: 'SM2' }));
    const check = () => verifyCompact(signed, { ...jwk, crv: 'SM2' }, { ...options, algs: ['SM2'], sm2Verify });
    expect(await codeOf(check)).toBe('signature_invalid');
  });
});

describe('token', () => {
  test('size comes before everything', async () => {
    expect(await codeOf(() => verify('x'.repeat(4097)))).toBe('token_too_large');
    expect(await codeOf(() => parseCompact(`${token}${'.'.repeat(5000)}`, options))).toBe('token_too_large');
  });

  test.each([
    ['', 'token_malformed'],
    ['a.b', 'token_malformed'],
    ['a.b.c.d', 'token_malformed'],
    ['a.b.c.d.e', 'token_malformed'],
    ['..', 'base64_not_canonical'],
  ])('%j is refused', async (text, code) => {
    expect(await codeOf(() => verify(text))).toBe(code);
    expect(await codeOf(() => parseCompact(text, options))).toBe(code);
  });

  test('a payload change is a bad signature, whatever the payload becomes', async () => {
    const [head, body = '', signature] = token.split('.');
    for (let at = 0; at < body.length; at += 1) {
      for (const char of ['A', '!', '=', ' ', '\n']) {
        if (body[at] === char) continue;
        const changed = `${head}.${body.slice(0, at)}${char}${body.slice(at + 1)}.${signature}`;
        expect(await codeOf(() => verify(changed))).toBe('signature_invalid');
      }
    }
  });

  test('the spare bits of a signature are not free to choose', async () => {
    const respelt = token.slice(0, -1) + nextLetter(token.at(-1));
    expect(await codeOf(() => verify(respelt))).toBe('base64_not_canonical');
  });

  test.each([
    ['padding', `${encode({ a: 1 })}=`, 'base64_not_canonical'],
    ['white space', `${encode({ abc: 1 })}\n`, 'base64_not_canonical'],
    ['nothing', '', 'base64_not_canonical'],
    ['a repeated member', encode('{"a":1,"a":1}'), 'duplicate_member'],
    ['a list', encode('[]'), 'token_malformed'],
    ['broken text', encode('{'), 'token_malformed'],
  ])('a payload with %s is refused even from an honest signer', async (_what, body, code) => {
    const signed = await forge(header(), body);
    expect(await codeOf(() => verify(signed))).toBe(code);
    expect(await codeOf(() => parseCompact(signed, options))).toBe(code);
  });
});

describe('fuzz', () => {
  const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const replace = fc.tuple(position, fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }));
  const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=');
  const cutAt = (text: string, where: number) => Math.floor(where * text.length);
  const mutation: fc.Arbitrary<(text: string) => string> = fc.oneof(
    replace.map(
      ([at, char]) =>
        (text: string) =>
          text.slice(0, cutAt(text, at)) + char + text.slice(cutAt(text, at) + 1),
    ),
    fc.tuple(position, alphabet).map(([at, char]) => (text: string) => {
      const cut = cutAt(text, at);
      return text.slice(0, cut) + char + text.slice(cut + 1);
    }),
    fc.tuple(position, alphabet).map(([at, char]) => (text: string) => {
      const cut = cutAt(text, at);
      return text.slice(0, cut) + char + text.slice(cut);
    }),
    fc.tuple(position, position).map(
      ([from, to]) =>
        (text: string) =>
          text.slice(0, cutAt(text, from)) + text.slice(cutAt(text, to)),
    ),
    fc.constantFrom(...'.= \n~').map((char) => (text: string) => text + char),
    fc.tuple(fc.nat(2), fc.nat(2)).map(([one, other]) => (text: string) => {
      const parts = text.split('.');
      [parts[one], parts[other]] = [parts[other] ?? '', parts[one] ?? ''];
      return parts.join('.');
    }),
    fc.jsonValue().map((value) => (text: string) => [encode(value), ...text.split('.').slice(1)].join('.')),
    fc.jsonValue().map((value) => (text: string) => {
      const [head, , signature] = text.split('.');
      return [head, encode(value), signature].join('.');
    }),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => (text: string) => {
      return [...text.split('.').slice(0, 2), base64url.encode(bytes)].join('.');
    }),
  );

  test('a changed token is refused with a code, never accepted, never a crash', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const changed = mutations.reduce((text, mutate) => mutate(text), token);
        fc.pre(changed !== token);
        const outcome = await verify(changed).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(TrustError);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  test('any text at all is refused with a code', { timeout: FUZZ_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        expect(await verify(text).catch((error: unknown) => error)).toBeInstanceOf(TrustError);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
