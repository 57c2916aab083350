import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  anchorOf,
  codeOf,
  configure,
  FUZZ_RUNS,
  FUZZ_TIMEOUT_MS,
  makeKey,
  makeParty,
  NOW_S,
  type Party,
  refusalOf,
  state,
} from './federation.fixture.ts';
import type { JsonObject } from './strict-json.ts';
import { validateChain } from './trust-chain.ts';
import { TrustError } from './trust-error.ts';

let anchor: Party;
let province: Party;
let agency: Party;
let leaf: Party;
let stranger: Party;

beforeAll(async () => {
  anchor = await makeParty('https://anchor.example');
  province = await makeParty('https://province.example');
  agency = await makeParty('https://agency.province.example', 'agency key', 'EdDSA');
  leaf = await makeParty('https://gateway.agency.province.example');
  stranger = await makeParty('https://stranger.example');
});

interface Changes {
  readonly leaf?: JsonObject;
  readonly byAgency?: JsonObject;
  readonly byProvince?: JsonObject;
  readonly byAnchor?: JsonObject;
}

/** leaf <- agency <- province <- anchor, with claims changed where a test wants them. */
async function chainWith(changes: Changes = {}): Promise<string[]> {
  return Promise.all([
    configure(leaf, { authority_hints: [agency.entityId], metadata: { gateway: { a: 1 } }, ...changes.leaf }),
    state(agency, leaf, changes.byAgency),
    state(province, agency, changes.byProvince),
    state(anchor, province, changes.byAnchor),
  ]);
}

const validate = (statements: readonly string[], atS = NOW_S) => validateChain(statements, anchorOf(anchor), atS);
const codeWith = async (changes: Changes) => {
  const statements = await chainWith(changes);
  return codeOf(() => validate(statements));
};

/** The good chain with one statement in another's place. */
async function replaced(index: number, token: Promise<string>): Promise<string[]> {
  return (await chainWith()).with(index, await token);
}

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

describe('constraints', () => {
  const constrained = (by: keyof Changes, constraints: object): Changes => ({ [by]: { constraints } });

  test.each<[keyof Changes, number]>([
    ['byAnchor', 2],
    ['byProvince', 1],
    ['byAgency', 0],
  ])('path length %s: %i intermediates are on the way', async (by, intermediates) => {
    const exact = await chainWith(constrained(by, { max_path_length: intermediates }));
    expect((await validate(exact)).entityId).toBe(leaf.entityId);
    if (intermediates > 0) {
      expect(await codeWith(constrained(by, { max_path_length: intermediates - 1 }))).toBe('constraint_violated');
    }
  });

  test.each([
    ['a subtree over all', { permitted: ['.province.example', 'province.example'] }, undefined],
    ['in capitals', { permitted: ['.PROVINCE.example', 'province.EXAMPLE'] }, undefined],
    ['a subtree that does not cover its own root', { permitted: ['.province.example'] }, 'https://province.example'],
    [
      'a host that covers no host below',
      { permitted: ['province.example'] },
      'https://gateway.agency.province.example',
    ],
    ['nothing permitted', { permitted: [] }, 'https://gateway.agency.province.example'],
    ['one excluded host', { excluded: ['agency.province.example'] }, 'https://agency.province.example'],
    ['an excluded subtree', { excluded: ['.agency.province.example'] }, 'https://gateway.agency.province.example'],
    [
      'exclusion beats permission',
      { permitted: ['.example'], excluded: ['province.example'] },
      'https://province.example',
    ],
    ['exclusions that meet nobody', { excluded: ['vince.example', '.other.example'] }, undefined],
    ['the end of a label is no subtree', { permitted: ['.vince.example'] }, 'https://gateway.agency.province.example'],
  ])('names: %s', async (_what, names, outside) => {
    const statements = await chainWith(constrained('byAnchor', { naming_constraints: names }));
    if (outside === undefined) {
      expect((await validate(statements)).entityId).toBe(leaf.entityId);
    } else {
      expect(await refusalOf(() => validate(statements))).toMatchObject({ code: 'constraint_violated', link: outside });
    }
  });

  test('a superior constrains what is below it and nothing above', async () => {
    const names = { permitted: ['.agency.province.example'] };
    expect((await validate(await chainWith(constrained('byAgency', { naming_constraints: names })))).path).toHaveLength(
      4,
    );
  });

  test('an address cannot slip past a list of excluded names', async () => {
    const numeric = await makeParty('https://192.0.2.7');
    const statements = await Promise.all([
      configure(numeric, { authority_hints: [anchor.entityId] }),
      state(anchor, numeric, { constraints: { naming_constraints: { excluded: ['.other.example'] } } }),
    ]);
    expect(await codeOf(() => validate(statements))).toBe('constraint_violated');
  });

  test('an entity type that is not allowed is removed, federation_entity stays', async () => {
    const metadata = { gateway: {}, status_issuer: {}, federation_entity: { name: 'x' } };
    const resolved = await validate(
      await chainWith({ leaf: { metadata }, byAnchor: { constraints: { allowed_entity_types: ['gateway'] } } }),
    );
    expect(Object.keys(resolved.metadata)).toEqual(['gateway', 'federation_entity']);
  });

  test('every superior must allow a type', async () => {
    const changes = {
      byAnchor: { constraints: { allowed_entity_types: ['gateway'] } },
      byAgency: { constraints: { allowed_entity_types: ['status_issuer'] } },
    };
    expect(await codeWith(changes)).toBe('constraint_violated');
  });

  test('a removed type cannot come back through what a superior states', async () => {
    const changes = {
      leaf: { metadata: { gateway: {}, federation_entity: {} } },
      byAgency: { metadata: { gateway: { a: 2 }, status_issuer: { a: 2 } } },
      byAnchor: { constraints: { allowed_entity_types: [] } },
    };
    expect((await validate(await chainWith(changes))).metadata).toEqual({ federation_entity: {} });
  });
});

describe('metadata', () => {
  const policy = (parameters: object) => ({ metadata_policy: { gateway: parameters } });

  test('a superior’s word overrides the subject’s, before any policy, for types that the subject has', async () => {
    const changes = {
      leaf: { metadata: { gateway: { a: 1, b: 1 } } },
      byAgency: { metadata: { gateway: { a: 2 }, status_issuer: { c: 3 } }, ...policy({ a: { one_of: [2] } }) },
      byProvince: { metadata: { gateway: { b: 9 } } },
    };
    expect((await validate(await chainWith(changes))).metadata).toEqual({ gateway: { a: 2, b: 1 } });
  });

  test('policies of all levels work together', async () => {
    const changes = {
      leaf: { metadata: { gateway: { algs: ['ES256', 'RS256', 'EdDSA'] } } },
      byAnchor: policy({ algs: { subset_of: ['ES256', 'EdDSA'] } }),
      byProvince: policy({ algs: { subset_of: ['ES256', 'RS256'] } }),
      byAgency: policy({ contact: { add: ['desk'] } }),
    };
    expect((await validate(await chainWith(changes))).metadata).toEqual({
      gateway: { algs: ['ES256'], contact: ['desk'] },
    });
  });

  test.each<[string, Changes, string]>([
    [
      'levels that clash',
      { byAnchor: policy({ a: { value: 1 } }), byAgency: policy({ a: { value: 2 } }) },
      'invalid_policy',
    ],
    [
      'levels that clash over a type the subject has not',
      {
        byAnchor: { metadata_policy: { x: { a: { value: 1 } } } },
        byAgency: { metadata_policy: { x: { a: { value: 2 } } } },
      },
      'invalid_policy',
    ],
    [
      'a lower level that removes the essential',
      { byAnchor: policy({ a: { essential: true } }), byAgency: policy({ a: { value: null } }) },
      'invalid_policy',
    ],
    ['an essential parameter that is missing', { byAnchor: policy({ z: { essential: true } }) }, 'invalid_metadata'],
    [
      'policies that empty an essential list',
      {
        leaf: { metadata: { gateway: { a: ['x'] } } },
        byAnchor: policy({ a: { essential: true } }),
        byAgency: policy({ a: { subset_of: ['y'] } }),
      },
      'invalid_metadata',
    ],
    ['a critical operator that is not known', { byProvince: { metadata_policy_crit: ['regexp'] } }, 'invalid_policy'],
    ['a policy that is no object', { byProvince: policy({ a: ['value'] }) }, 'claims_invalid'],
    [
      'an entity type called constructor',
      { byAnchor: { metadata_policy: { constructor: { a: { essential: 1 } } } } },
      'invalid_policy',
    ],
  ])('refuses %s', async (_what, changes, code) => {
    expect(await codeWith(changes)).toBe(code);
  });

  test('an entity type called like an inherited member inherits nothing', async () => {
    const changes = {
      leaf: { metadata: { constructor: { a: 1 } } },
      byAnchor: { metadata_policy: { constructor: { a: { value: 2 } } } },
      byAgency: policy({ a: { value: 3 } }),
    };
    expect((await validate(await chainWith(changes))).metadata).toEqual({ constructor: { a: 2 } });
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
