import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  codeOf,
  configure,
  FUZZ_RUNS,
  FUZZ_TIMEOUT_MS,
  makeKey,
  makeParty,
  NOW_S,
  refusalOf,
  state,
} from './federation.fixture.ts';
import {
  agency,
  anchor,
  chainWith,
  codeWith,
  leaf,
  province,
  replaced,
  stranger,
  validate,
} from './trust-chain.fixture.ts';
import { TrustError } from './trust-error.ts';

describe('a good chain', () => {
  test('resolves to its subject, with every signer on the path', async () => {
    const resolved = await validate(await chainWith());
    expect(resolved.entityId).toBe(leaf.entityId);
    expect(resolved.path).toEqual(
      [leaf, agency, province, anchor].map(({ entityId, jwk }) => ({ entityId, kid: jwk.kid })),
    );
    expect(resolved.jwks).toEqual({ keys: [leaf.jwk] });
    expect(resolved.metadata).toEqual({ gateway: { a: 1 } });
  });

  test("may end with the anchor's own configuration", async () => {
    const resolved = await validate([...(await chainWith()), await configure(anchor, { exp: NOW_S + 9 })]);
    expect(resolved.path.at(-1)?.entityId).toBe(anchor.entityId);
    expect(resolved.expS).toBe(NOW_S + 9);
  });

  test('may be the anchor alone', async () => {
    const resolved = await validate([await configure(anchor)]);
    expect(resolved.path).toEqual([{ entityId: anchor.entityId, kid: anchor.jwk.kid }]);
    expect(resolved.expS).toBe(NOW_S + 3600);
  });

  test.each([
    'leaf',
    'byAgency',
    'byProvince',
    'byAnchor',
  ])('lasts no longer than its shortest statement: %s', async (which) => {
    expect((await validate(await chainWith({ [which]: { exp: NOW_S + 5 } }))).expS).toBe(NOW_S + 5);
  });

  test("answers with the keys that the superior states, not with the subject's own list", async () => {
    const announced = await makeKey('announced');
    const statements = await chainWith({ leaf: { jwks: { keys: [leaf.jwk, announced.jwk] } } });
    expect((await validate(statements)).jwks.keys.map(({ kid }) => kid)).toEqual([leaf.jwk.kid]);
  });

  test("hands on the subject's trust marks", async () => {
    const marks = [{ trust_mark_type: 'https://anchor.example/marks/1', trust_mark: 'a.b.c' }];
    expect((await validate(await chainWith({ leaf: { trust_marks: marks } }))).trustMarks).toEqual(marks);
  });
});

describe('broken links', () => {
  test('an empty chain', async () => {
    expect(await codeOf(() => validate([]))).toBe('chain_broken');
  });

  test('another anchor', async () => {
    const statements = await replaced(3, state(stranger, province));
    expect(await codeOf(() => validate(statements))).toBe('anchor_unknown');
    expect(await codeOf(async () => validate([await configure(stranger)]))).toBe('anchor_unknown');
  });

  test('another anchor under the name and the kid of the known one', async () => {
    const impostor = await makeKey(anchor.jwk.kid);
    const statements = await replaced(3, state(anchor, province, {}, impostor.signer));
    const refusal = await refusalOf(() => validate(statements));
    expect(refusal).toMatchObject({ code: 'signature_invalid', link: anchor.entityId });
  });

  test('an anchor key that is not among the configured ones', async () => {
    const fresh = await makeKey('fresh');
    const statements = await replaced(3, state(anchor, province, {}, fresh.signer));
    expect(await codeOf(() => validate(statements))).toBe('key_unknown');
  });

  test("a stranger's key in the middle", async () => {
    const other = await makeKey(agency.jwk.kid, 'EdDSA');
    const statements = await replaced(1, state(agency, leaf, {}, other.signer));
    expect(await refusalOf(() => validate(statements))).toMatchObject({
      code: 'signature_invalid',
      link: agency.entityId,
    });
  });

  test("a subject's key that its superior does not state", async () => {
    const fresh = await makeKey('fresh');
    const token = configure(leaf, { authority_hints: [agency.entityId], jwks: { keys: [fresh.jwk] } }, fresh.signer);
    expect(await codeOf(async () => validate(await replaced(0, token)))).toBe('key_unknown');
  });

  test('kid confusion: the key of one entity under the kid of another', async () => {
    const confused = await makeParty(leaf.entityId, agency.jwk.kid);
    const statements = [
      await configure(confused, { authority_hints: [agency.entityId] }),
      await state(agency, confused),
      await state(province, agency),
      await state(anchor, province),
    ];
    expect((await validate(statements)).jwks).toEqual({ keys: [confused.jwk] });
    const forged = statements.with(1, await state(agency, confused, {}, confused.signer));
    expect(await codeOf(() => validate(forged))).toBe('alg_not_allowed');
  });

  test('a statement by the wrong superior', async () => {
    const statements = await replaced(1, state(stranger, leaf));
    expect(await codeOf(() => validate(statements))).toBe('chain_broken');
  });

  test('a statement about the wrong subject', async () => {
    expect(await codeOf(async () => validate(await replaced(2, state(province, stranger))))).toBe('chain_broken');
  });

  test('two statements in each other’s place', async () => {
    const [one, two, three, four] = await chainWith();
    expect(await codeOf(() => validate([one ?? '', three ?? '', two ?? '', four ?? '']))).toBe('chain_broken');
  });

  test('a link left out', async () => {
    const statements = await chainWith();
    for (const missing of [1, 2]) {
      expect(await codeOf(() => validate(statements.toSpliced(missing, 1)))).toBe('chain_broken');
    }
    expect(await codeOf(() => validate(statements.slice(0, 3)))).toBe('anchor_unknown');
  });

  test("the subject's configuration left out", async () => {
    expect(await codeOf(async () => validate((await chainWith()).slice(1)))).toBe('chain_broken');
  });

  test('a configuration inside the chain', async () => {
    const statements = (await chainWith()).toSpliced(3, 0, await configure(province));
    expect(await codeOf(() => validate(statements))).toBe('chain_broken');
  });

  test('one key shared by two entities does not let their statements change places', async () => {
    const twin = { ...province, entityId: 'https://twin.example' };
    expect(await codeOf(async () => validate(await replaced(2, state(twin, agency))))).toBe('chain_broken');
  });

  test('a superior that the subject does not name', async () => {
    expect(await codeWith({ leaf: { authority_hints: [province.entityId] } })).toBe('chain_broken');
    expect(await codeWith({ leaf: { authority_hints: undefined } })).toBe('chain_broken');
  });

  test.each(['leaf', 'byAgency', 'byProvince', 'byAnchor'])('an expired statement: %s', async (which) => {
    expect(await codeWith({ [which]: { exp: NOW_S } })).toBe('expired');
  });

  test.each(['leaf', 'byAgency', 'byProvince', 'byAnchor'])('a statement from the future: %s', async (which) => {
    expect(await codeWith({ [which]: { iat: NOW_S + 61 } })).toBe('not_yet_valid');
  });

  test('the chain is judged at the time asked for', async () => {
    const statements = await chainWith();
    expect((await validate(statements, NOW_S + 3599)).entityId).toBe(leaf.entityId);
    expect(await codeOf(() => validate(statements, NOW_S + 3600))).toBe('expired');
    expect(await codeOf(() => validate(statements, NOW_S - 661))).toBe('not_yet_valid');
  });

  test('a loop', async () => {
    const statements = [
      await configure(leaf, { authority_hints: [agency.entityId] }),
      await state(agency, leaf),
      await state(province, agency),
      await state(agency, province),
      await state(province, agency),
      await state(anchor, province),
    ];
    expect(await codeOf(() => validate(statements))).toBe('chain_loop');
  });

  test('a loop through the anchor', async () => {
    const statements = [
      await configure(anchor, { authority_hints: [province.entityId] }),
      await state(province, anchor),
      await state(anchor, province),
    ];
    expect(await codeOf(() => validate(statements))).toBe('chain_loop');
  });

  test('a chain of nine, refused before any signature is looked at', async () => {
    expect(await codeOf(() => validate(Array.from({ length: 9 }, () => 'x')))).toBe('chain_too_long');
  });

  test('a chain of eight passes', async () => {
    const parties = await Promise.all(
      Array.from({ length: 7 }, (_, index) => (index === 6 ? anchor : makeParty(`https://p${index}.example`))),
    );
    const [first, second] = parties;
    if (first === undefined || second === undefined) throw new Error('no parties');
    const statements = await Promise.all([
      configure(first, { authority_hints: [second.entityId] }),
      ...parties.slice(1).map((superior, index) => state(superior, parties[index] ?? first)),
      configure(anchor),
    ]);
    expect(statements).toHaveLength(8);
    expect((await validate(statements)).path).toHaveLength(7);
  });

  test.each([0, 1, 2, 3])('a payload change in statement %i', async (index) => {
    const statements = await chainWith();
    const [head, body, signature] = (statements[index] ?? '').split('.');
    const changed = statements.with(
      index,
      `${head}.${body?.replace(/^.{9}/, (start) => start.toLowerCase())}.${signature}`,
    );
    expect(changed).not.toEqual(statements);
    expect(await codeOf(() => validate(changed))).toBe('signature_invalid');
  });
});

describe('fuzz', () => {
  test('a chain with one statement changed, moved, dropped or doubled is refused with a code', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    const good = await chainWith();
    const index = fc.nat(3);
    const char = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ');
    const change = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(index, fc.nat(2000), char).map(([which, at, to]) => (chain: string[]) => {
          const token = chain[which] ?? '';
          const cut = at % token.length;
          return chain.with(which, token.slice(0, cut) + to + token.slice(cut + 1));
        }),
      },
      { weight: 1, arbitrary: index.map((which) => (chain: string[]) => chain.toSpliced(which, 1)) },
      {
        weight: 1,
        arbitrary: fc.tuple(index, index).map(
          ([from, to]) =>
            (chain: string[]) =>
              chain.toSpliced(to, 0, chain[from] ?? ''),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(index, index).map(
          ([one, other]) =>
            (chain: string[]) =>
              chain.with(one, chain[other] ?? '').with(other, chain[one] ?? ''),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(change, async (apply) => {
        const changed = apply(good);
        fc.pre(changed.join(' ') !== good.join(' '));
        expect(await validate(changed).catch((error: unknown) => error)).toBeInstanceOf(TrustError);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
