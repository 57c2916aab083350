import { describe, expect, test } from 'vitest';
import { codeOf, configure, makeParty, refusalOf, state } from './federation.fixture.ts';
import { anchor, type Changes, chainWith, codeWith, leaf, validate } from './trust-chain.fixture.ts';

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
