import fc from 'fast-check';
import { base64url } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { leafHash } from '../log/merkle.ts';
import { buildMerkleTree } from '../log/merkle-tree.ts';
import { codeOf, makeKey, NOW_S } from './federation.fixture.ts';
import { encodeMerkleProof, MERKLE_MEMBERS, MOST_LEAVES, parseMerkleProof, rootText } from './merkle-form.ts';
import type { PublicJwk } from './public-key.ts';
import { plainly, type Signer, signCompact } from './signer.ts';
import { decodeBase64url, type JsonObject } from './strict-json.ts';
import { keysOf, parseCompact, type VerifyOptions, verifyCompact } from './strict-jws.ts';
import { TurnSigner } from './turn-signer.ts';

const TYP = 'example+jwt';
const options: VerifyOptions = { maxBytes: 4096, typ: TYP, merkle: true };
const payloadsOf = (tree: string) => Array.from({ length: 7 }, (_, n) => ({ jti: `${tree}-${n}-0123456789abcdef`, n }));
const payloads = payloadsOf('one');
const encode = (value: unknown) => base64url.encode(JSON.stringify(value));
const bytesOf = (text: string) => new TextEncoder().encode(text);

let signer: Signer;
let jwk: PublicJwk;
let tokens: readonly string[];
let others: readonly string[];

beforeAll(async () => {
  ({ signer, jwk } = await makeKey('k1'));
  tokens = await signedTogether(signer, payloads);
  others = await signedTogether(signer, payloadsOf('another'));
});

/** As they come out of one turn. */
async function signedTogether(by: Signer, told: readonly JsonObject[]): Promise<string[]> {
  const sign = new TurnSigner(() => by).signFor(['jws', 'merkle']);
  return await Promise.all(told.map((payload) => sign({ typ: TYP }, payload)));
}

const verify = (token: string, changes: Partial<VerifyOptions> = {}, key = jwk) =>
  verifyCompact(token, key, { ...options, ...changes });
const refusal = (token: string, changes: Partial<VerifyOptions> = {}, key = jwk) =>
  codeOf(() => verify(token, changes, key));
const partsOf = (token: string): [string, string, string] => {
  const [head = '', body = '', last = ''] = token.split('.');
  return [head, body, last];
};
const tokenAt = (at: number, from = tokens) => from[at] ?? '';
const proofOf = (token: string) => parseMerkleProof(decodeBase64url(partsOf(token)[2]));

/** One root over any headers, really signed: what an honest key might be made to sign. */
async function forge(headers: readonly JsonObject[], text = rootText): Promise<string[]> {
  const inputs = headers.map((header, n) => `${encode(header)}.${encode(payloads[n % 7])}`);
  const { root, pathOf } = buildMerkleTree(inputs.map((input) => leafHash(bytesOf(input))));
  const signature = new Uint8Array(await signer.sign(bytesOf(text(inputs.length, root))));
  return inputs.map(
    (input, index) => `${input}.${encodeMerkleProof({ index, size: inputs.length, path: pathOf(index), signature })}`,
  );
}

const header = (more: object = {}) => ({ alg: 'ES256', typ: TYP, kid: 'k1', ...MERKLE_MEMBERS, ...more });

describe('tokens of one turn', () => {
  test('do not verify, or not each as itself', async () => {
    for (const [at, token] of tokens.entries()) {
      const { payload, form, otherMembers } = await verify(token);
      expect({ payload, form, otherMembers }).toEqual({ payload: payloads[at], form: 'merkle', otherMembers: [] });
    }
    expect(new Set(tokens.map((token) => String(proofOf(token).signature))).size).toBe(1);
  });

  test('of any number up to the most do not verify, or need a longer path', async () => {
    const sign = new TurnSigner(() => signer).signFor(['merkle']);
    const many = await Promise.all(
      Array.from({ length: MOST_LEAVES + 1 }, (_, n) => sign({ typ: TYP }, { jti: `n-${n}`, n })),
    );
    for (const [n, token] of many.entries()) expect((await verify(token)).payload['n']).toBe(n);
    const longest = Math.max(...many.slice(0, -1).map((token) => proofOf(token).path.length));
    expect([longest, (await verify(tokenAt(MOST_LEAVES, many))).form]).toEqual([8, 'jws']);
  });

  test('are taken by a reader that was not told of the form', async () => {
    expect(await codeOf(() => verifyCompact(tokenAt(0), jwk, { maxBytes: 4096, typ: TYP }))).toBe('crit_unknown');
    expect(await codeOf(() => parseCompact(tokenAt(0), { maxBytes: 4096, typ: TYP }))).toBe('crit_unknown');
    expect(parseCompact(tokenAt(0), options).payload).toEqual(payloads[0]);
  });

  test('of one type pass for another', async () => {
    const sign = new TurnSigner(() => signer).signFor(['merkle']);
    const [one = '', other = ''] = await Promise.all([
      sign({ typ: TYP }, { a: 1 }),
      sign({ typ: 'other+jwt' }, { a: 2 }),
    ]);
    expect((await verify(one)).form).toBe('merkle');
    expect([await refusal(other), await refusal(one, { typ: 'other+jwt' })]).toEqual(['typ_wrong', 'typ_wrong']);
  });

  test('under Ed25519 do not verify', async () => {
    const ed = await makeKey('k1', 'EdDSA');
    for (const token of await signedTogether(ed.signer, payloads))
      expect((await verify(token, {}, ed.jwk)).form).toBe('merkle');
  });
});

describe('a changed token', () => {
  test('verifies whichever bit of its third part is another', async () => {
    for (const token of [tokenAt(0), tokenAt(4), tokenAt(6)]) {
      const [head, body, last] = partsOf(token);
      const bytes = decodeBase64url(last);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const code = await refusal(`${head}.${body}.${base64url.encode(flipped)}`);
        expect(['signature_invalid', 'token_malformed'], `bit ${bit}`).toContain(code);
      }
    }
  });

  test('verifies whichever letter of its header or payload is another', async () => {
    const [head, body, last] = partsOf(tokenAt(3));
    for (let at = 0; at < body.length; at += 1) {
      const changed = `${body.slice(0, at)}${body[at] === 'A' ? 'B' : 'A'}${body.slice(at + 1)}`;
      expect(await refusal(`${head}.${changed}.${last}`)).toBe('signature_invalid');
    }
    for (let at = 0; at < head.length; at += 1) {
      const changed = `${head.slice(0, at)}${head[at] === 'A' ? 'B' : 'A'}${head.slice(at + 1)}`;
      await refusal(`${changed}.${body}.${last}`);
    }
  });

  test('verifies in any place but its own, or with a path that is cut, lengthened, or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.constantFrom('kept', 'cut', 'cut below', 'lengthened', 'reversed', 'doubled'),
        async (at, index, size, how) => {
          const proof = proofOf(tokenAt(at));
          const changed = { ...proof, index, size, path: pathChanged(proof.path, how) };
          const last = encodeMerkleProof(changed);
          const [head, body, own] = partsOf(tokenAt(at));
          fc.pre(last !== own);
          expect(['signature_invalid', 'token_malformed']).toContain(await refusal(`${head}.${body}.${last}`));
        },
      ),
      {
        numRuns: 500,
        examples: [
          [0, 0, 7, 'cut'],
          [0, 1, 7, 'kept'],
          [2, 2, 8, 'kept'],
          [6, 6, 7, 'lengthened'],
        ],
      },
    );
  });

  test('verifies with the place of a neighbour, or under the root of other tokens', async () => {
    const [head, body] = partsOf(tokenAt(2));
    for (const place of [...tokens.filter((_, at) => at !== 2), ...others]) {
      expect(['signature_invalid', 'token_malformed']).toContain(await refusal(`${head}.${body}.${partsOf(place)[2]}`));
    }
    const proof = proofOf(tokenAt(2));
    const { signature } = proofOf(tokenAt(2, others));
    expect(await refusal(`${head}.${body}.${encodeMerkleProof({ ...proof, signature })}`)).toBe('signature_invalid');
  });

  test.each([0, 1, 64, 68, 99, 101, 10_000])('verifies with a third part of %i octets', async (length) => {
    const [head, body] = partsOf(tokenAt(0));
    const last = base64url.encode(new Uint8Array(length));
    const code = await refusal(`${head}.${body}.${last}`, { maxBytes: 16_384 });
    expect(code).toBe(length === 0 ? 'base64_not_canonical' : 'token_malformed');
  });
});

function pathChanged(path: readonly Uint8Array[], how: string): readonly Uint8Array[] {
  switch (how) {
    case 'cut':
      return path.slice(0, -1);
    case 'cut below':
      return path.slice(1);
    case 'lengthened':
      return [...path, new Uint8Array(32)];
    case 'reversed':
      return path.toReversed();
    case 'doubled':
      return [...path, ...path];
    default:
      return path;
  }
}

describe('the form', () => {
  test.each<[string, JsonObject, string]>([
    ['in a later version', header({ 'huren-merkle': 2 }), 'crit_unknown'],
    ['in a version that is text', header({ 'huren-merkle': '1' }), 'crit_unknown'],
    ['without its version', header({ 'huren-merkle': undefined }), 'crit_unknown'],
    ['that is not critical', header({ crit: undefined }), 'crit_unknown'],
    ['with an empty crit', header({ crit: [] }), 'crit_unknown'],
    ['with a crit that is no list', header({ crit: 'huren-merkle' }), 'crit_unknown'],
    ['beside another extension', header({ crit: ['huren-merkle', 'exp'], exp: 1 }), 'crit_unknown'],
    ['named twice', header({ crit: ['huren-merkle', 'huren-merkle'] }), 'crit_unknown'],
    ['with an unencoded payload', header({ b64: false }), 'crit_unknown'],
    ['under another extension’s name', header({ crit: ['exp'] }), 'crit_unknown'],
    ['with its own key', header({ jwk: { kty: 'EC' } }), 'key_in_header'],
  ])('%s is taken though root and signature are good', async (_what, head, code) => {
    const [token = ''] = await forge([head, header()]);
    expect(await refusal(token)).toBe(code);
  });

  test('is taken from a header over a plain signature, or not, over a place in a tree', async () => {
    const plain = await signCompact({ typ: TYP }, { a: 1 }, signer);
    const [head, body, last] = partsOf(plain);
    const claimed = `${encode(header())}.${body}`;
    const signature = base64url.encode(await signer.sign(bytesOf(claimed)));
    expect(await refusal(`${claimed}.${signature}`)).toBe('token_malformed');
    expect(await refusal(`${encode(header())}.${body}.${last}`)).toBe('token_malformed');
    expect(await refusal(`${head}.${body}.${partsOf(tokenAt(0))[2]}`)).toBe('signature_invalid');
  });

  test('lets a tree of one pass, or one of more leaves than a signature may stand for', async () => {
    const [alone = ''] = await forge([header()]);
    const many = await forge(Array.from({ length: MOST_LEAVES + 1 }, () => header()));
    expect([await refusal(alone), await refusal(many.at(-1) ?? '')]).toEqual(['token_malformed', 'token_malformed']);
    expect(() => proofOf(alone)).toThrow('the proof of inclusion has not the declared form');
  });

  test('is taken under SM2, whose verifier believes it', async () => {
    const [token = ''] = await forge([header({ alg: 'SM2' }), header()]);
    const sm2 = { ...options, algs: ['SM2'] as const, sm2Verify: () => true };
    expect(await codeOf(() => verifyCompact(token, { ...jwk, crv: 'SM2' }, sm2))).toBe('alg_not_allowed');
  });

  test('has room for an octet between the path and the signature', async () => {
    const [head, body, last] = partsOf(tokenAt(0));
    const bytes = decodeBase64url(last);
    const widened = Uint8Array.from([...bytes.subarray(0, -64), 0, ...bytes.subarray(-64)]);
    expect(await refusal(`${head}.${body}.${base64url.encode(widened)}`)).toBe('token_malformed');
  });

  test.each<[string, (size: number, root: Uint8Array) => string]>([
    ['of another size', (size, root) => rootText(size + 1, root)],
    ['of a later version', (size, root) => rootText(size, root).replace('/1', '/2')],
    ['without its prefix', (size, root) => rootText(size, root).slice(1)],
    ['as a checkpoint', (size, root) => `example.log\n${size}\n${Buffer.from(root).toString('base64')}\n`],
    ['as a signing input', (_size, root) => `${encode(header())}.${base64url.encode(root)}`],
  ])('takes the signature of a text %s for that of a root', async (_what, text) => {
    const [token = ''] = await forge([header(), header()], text);
    expect(await refusal(token)).toBe('signature_invalid');
  });

  test('has a root whose text could be a signing input or the text of a note', () => {
    const text = rootText(2, new Uint8Array(32));
    expect([/^[A-Za-z0-9_.-]+$/.test(text), text.includes('\0'), text.endsWith('\n')]).toEqual([false, true, false]);
  });
});

describe('a root that was verified before', () => {
  test('vouches under another key of the same name', async () => {
    const stranger = await makeKey('k1');
    expect((await verify(tokenAt(0))).form).toBe('merkle');
    expect(await refusal(tokenAt(1), {}, stranger.jwk)).toBe('signature_invalid');
    expect((await verify(tokenAt(1))).form).toBe('merkle');
  });

  test('vouches under a key that has been revoked, or whose time is over', async () => {
    const at = (key: object) =>
      codeOf(() => verifyCompact(tokenAt(0), keysOf({ keys: [{ ...jwk, ...key }] }, NOW_S), options));
    await verify(tokenAt(0));
    expect(await at({ revoked: { revoked_at: NOW_S } })).toBe('key_revoked');
    expect(await at({ exp: NOW_S })).toBe('key_outside_window');
  });

  test('vouches under a key that is not for signatures any more', async () => {
    await verify(tokenAt(0));
    const encrypting: object = { ...jwk, use: 'enc' };
    expect(await codeOf(() => verifyCompact(tokenAt(0), encrypting, options))).toBe('key_unknown');
  });

  test('is verified again for each of its tokens', async () => {
    const plain = await plainly(signer)({ typ: TYP }, { a: 1 });
    await verify(tokenAt(0));
    const tookMs: Record<'remembered' | 'plain', number[]> = { remembered: [], plain: [] };
    for (let n = 0; n < 2_000; n += 1) {
      tookMs.remembered.push(await timed(() => verify(tokenAt(n % 7))));
      tookMs.plain.push(await timed(() => verify(plain)));
    }
    expect(median(tookMs.remembered)).toBeLessThan(median(tookMs.plain) * 0.7);
  });
});

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
