import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from './federation.fixture.ts';
import { checkPolicyCrit, mergePolicies, resolveMetadata } from './metadata-policy.ts';

/** Resolves the one parameter `p`, stated as `value` (undefined: absent), under the policies given for it. */
function resolve(policies: readonly object[], value?: unknown): unknown {
  const metadata = value === undefined ? {} : { p: value };
  return resolveMetadata(
    policies.map((policy) => ({ p: policy })),
    metadata,
  )['p'];
}
const codeWith = (policies: readonly object[], value?: unknown) => codeOf(() => resolve(policies, value));

describe('each operator by itself', () => {
  test.each([
    ['value sets what is absent', { value: 'x' }, undefined, 'x'],
    ['value overrides', { value: ['x'] }, ['y'], ['x']],
    ['value null removes', { value: null }, 'y', undefined],
    ['value false is a value', { value: false }, true, false],
    ['add appends what is missing', { add: ['b', 'c'] }, ['a', 'b'], ['a', 'b', 'c']],
    ['add makes an absent list', { add: ['b'] }, undefined, ['b']],
    ['default fills in', { default: 0 }, undefined, 0],
    ['default leaves what is there', { default: 'x' }, 'y', 'y'],
    ['one_of lets its choice pass', { one_of: ['x', 'y'] }, 'y', 'y'],
    ['one_of says nothing of the absent', { one_of: ['x'] }, undefined, undefined],
    ['one_of compares objects by content', { one_of: [{ a: 1, b: 2 }] }, { b: 2, a: 1 }, { b: 2, a: 1 }],
    ['subset_of cuts down', { subset_of: ['a', 'b'] }, ['c', 'b'], ['b']],
    ['subset_of may leave an empty list', { subset_of: ['a'] }, ['c'], []],
    ['subset_of says nothing of the absent', { subset_of: ['a'] }, undefined, undefined],
    ['superset_of lets more pass', { superset_of: ['a'] }, ['b', 'a'], ['b', 'a']],
    ['superset_of lets equality pass', { superset_of: ['a'] }, ['a'], ['a']],
    ['superset_of says nothing of the absent', { superset_of: ['a'] }, undefined, undefined],
    ['essential lets the present pass', { essential: true }, 'x', 'x'],
    ['essential false lets the absent pass', { essential: false }, undefined, undefined],
    ['an essential list may be emptied', { essential: true, subset_of: ['a'] }, ['b'], []],
    ['no operator changes nothing', {}, 'x', 'x'],
  ])('%s', (_what, policy, stated, expected) => {
    expect(resolve([policy], stated)).toEqual(expected);
  });

  test.each([
    ['one_of refuses another value', { one_of: ['x'] }, 'y'],
    ['one_of tells text from number', { one_of: ['1'] }, 1],
    ['superset_of refuses a lack', { superset_of: ['a', 'b'] }, ['a']],
    ['essential refuses absence', { essential: true }, undefined],
    ['essential with an allowed choice refuses absence', { essential: true, one_of: ['a'] }, undefined],
    ['subset_of refuses what is no list', { subset_of: ['a'] }, 'a'],
    ['superset_of refuses what is no list', { superset_of: ['a'] }, 'a'],
    ['add refuses what is no list', { add: ['a'] }, 'a'],
    ['null is never a parameter', {}, null],
  ])('%s', async (_what, policy, stated) => {
    expect(await codeWith([policy], stated)).toBe('invalid_metadata');
  });
});

describe('order of application', () => {
  test.each([
    ['value before add, with nothing to add', { value: ['a', 'b'], add: ['b'] }, ['z'], ['a', 'b']],
    ['add before default', { add: ['a'], default: ['z'] }, undefined, ['a']],
    ['default before subset_of', { default: ['a', 'z'], subset_of: ['a'] }, undefined, ['a']],
    ['default before essential', { default: 'x', essential: true }, undefined, 'x'],
    ['add before superset_of', { add: ['a'], superset_of: ['a'] }, ['b'], ['b', 'a']],
    ['subset_of before superset_of', { subset_of: ['a', 'b'], superset_of: ['a'] }, ['c', 'a'], ['a']],
  ])('%s', (_what, policy, stated, expected) => {
    expect(resolve([policy], stated)).toEqual(expected);
  });

  test('a default outside one_of is caught by the check that follows it', async () => {
    expect(await codeWith([{ default: 'z', one_of: ['a'] }])).toBe('invalid_metadata');
  });

  test('what subset_of took away superset_of misses', async () => {
    expect(await codeWith([{ subset_of: ['a', 'b'], superset_of: ['a'] }], ['b', 'c'])).toBe('invalid_metadata');
  });
});

describe('combinations', () => {
  const allowed: [string, object, object, unknown][] = [
    ['value holding add', { value: ['a', 'b'] }, { add: ['a'] }, ['a', 'b']],
    ['value with a default', { value: 'x' }, { default: 'y' }, 'x'],
    ['value among one_of', { value: 'x' }, { one_of: ['x', 'y'] }, 'x'],
    ['value within subset_of', { value: ['a'] }, { subset_of: ['a', 'b'] }, ['a']],
    ['value over superset_of', { value: ['a', 'b'] }, { superset_of: ['b'] }, ['a', 'b']],
    ['value with essential', { value: 'x' }, { essential: true }, 'x'],
    ['a removal that is not essential', { value: null }, { essential: false }, undefined],
    ['add within subset_of', { add: ['a'] }, { subset_of: ['a', 'b'] }, ['a']],
    ['add with superset_of', { add: ['a'] }, { superset_of: ['a'] }, ['a']],
    ['add with essential', { add: ['a'] }, { essential: true }, ['a']],
    ['default with one_of', { default: 'x' }, { one_of: ['x'] }, 'x'],
    ['superset_of within subset_of', { superset_of: ['a'], default: ['a'] }, { subset_of: ['a', 'b'] }, ['a']],
  ];
  test.each(allowed)('allows %s, in one statement and across two, either way round', (_what, one, other, expected) => {
    expect(resolve([{ ...one, ...other }])).toEqual(expected);
    expect(resolve([one, other])).toEqual(expected);
    expect(resolve([other, one])).toEqual(expected);
  });

  const forbidden: [string, object, object][] = [
    ['value that lacks what add adds', { value: ['a'] }, { add: ['b'] }],
    ['value that is no list beside add', { value: 'a' }, { add: ['a'] }],
    ['value that one_of does not offer', { value: 'z' }, { one_of: ['x'] }],
    ['value beyond subset_of', { value: ['a', 'z'] }, { subset_of: ['a'] }],
    ['value short of superset_of', { value: ['a'] }, { superset_of: ['a', 'b'] }],
    ['a removal with a default', { value: null }, { default: 'x' }],
    ['a removal of the essential', { value: null }, { essential: true }],
    ['a removal beside add', { value: null }, { add: ['a'] }],
    ['a removal beside one_of', { value: null }, { one_of: ['a'] }],
    ['a removal beside subset_of', { value: null }, { subset_of: ['a'] }],
    ['a removal beside superset_of', { value: null }, { superset_of: ['a'] }],
    ['add beyond subset_of', { add: ['z'] }, { subset_of: ['a'] }],
    ['superset_of beyond subset_of', { superset_of: ['a', 'z'] }, { subset_of: ['a'] }],
    ['one_of with add', { one_of: ['a'] }, { add: ['a'] }],
    ['one_of with subset_of', { one_of: ['a'] }, { subset_of: ['a'] }],
    ['one_of with superset_of', { one_of: ['a'] }, { superset_of: ['a'] }],
  ];
  test.each(forbidden)('refuses %s, in one statement and across two, either way round', async (_what, one, other) => {
    expect(await codeWith([{ ...one, ...other }])).toBe('invalid_policy');
    expect(await codeWith([one, other])).toBe('invalid_policy');
    expect(await codeWith([other, one])).toBe('invalid_policy');
  });
});

describe('merging down the chain', () => {
  test.each([
    ['equal values', { value: ['a'] }, { value: ['a'] }, { value: ['a'] }],
    [
      'values equal but for the order of members',
      { value: { a: 1, b: 2 } },
      { value: { b: 2, a: 1 } },
      { value: { a: 1, b: 2 } },
    ],
    ['equal defaults', { default: 'a' }, { default: 'a' }, { default: 'a' }],
    ['add: union', { add: ['a', 'b'] }, { add: ['b', 'c'] }, { add: ['a', 'b', 'c'] }],
    ['one_of: intersection', { one_of: ['a', 'b'] }, { one_of: ['c', 'b'] }, { one_of: ['b'] }],
    ['subset_of: intersection', { subset_of: ['a', 'b'] }, { subset_of: ['b', 'c'] }, { subset_of: ['b'] }],
    ['subset_of: intersection, even empty', { subset_of: ['a'] }, { subset_of: ['c'] }, { subset_of: [] }],
    ['superset_of: union', { superset_of: ['a'] }, { superset_of: ['b'] }, { superset_of: ['a', 'b'] }],
    ['essential: either says so', { essential: false }, { essential: true }, { essential: true }],
    ['essential: a subordinate cannot waive it', { essential: true }, { essential: false }, { essential: true }],
    ['different operators side by side', { default: 'a' }, { one_of: ['a'] }, { default: 'a', one_of: ['a'] }],
  ])('%s', (_what, superior, subordinate, expected) => {
    expect(mergePolicies([{ p: superior }, { p: subordinate }])).toEqual({ p: expected });
  });

  test.each([
    ['a subordinate that changes a value', { value: 'a' }, { value: 'b' }],
    ['a subordinate that sets a removed value', { value: null }, { value: 'b' }],
    ['a subordinate that changes a default', { default: ['a'] }, { default: ['a', 'b'] }],
    ['choices with nothing in common', { one_of: ['a'] }, { one_of: ['b'] }],
    ['a subordinate that narrows below what must be there', { superset_of: ['a'] }, { subset_of: ['b'] }],
  ])('refuses %s', async (_what, superior, subordinate) => {
    expect(await codeWith([superior, subordinate])).toBe('invalid_policy');
  });

  test('a clash between two levels is not healed by a third', async () => {
    expect(await codeWith([{ one_of: ['a', 'b'] }, { value: 'c' }, { one_of: ['a'] }])).toBe('invalid_policy');
  });

  test('parameters that only one level mentions are all kept', () => {
    const policies = [{ a: { value: 1 } }, { b: { add: ['x'] } }, {}];
    expect(resolveMetadata(policies, { c: true })).toEqual({ a: 1, b: ['x'], c: true });
  });

  test('merging in steps or at once is the same', () => {
    const list = fc.subarray(['a', 'b', 'c']);
    const policy = fc.record(
      { add: list, subset_of: list, superset_of: list, default: list, essential: fc.boolean() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(policy, policy, policy, fc.option(list, { nil: undefined }), (one, two, three, stated) => {
        const attempt = (policies: () => object[]) => {
          try {
            return resolveMetadata(policies(), stated === undefined ? {} : { p: stated });
          } catch (error) {
            return error instanceof Error && 'code' in error ? error.code : error;
          }
        };
        const atOnce = attempt(() => [{ p: one }, { p: two }, { p: three }]);
        const inSteps = attempt(() => [mergePolicies([{ p: one }, { p: two }]), { p: three }]);
        expect(inSteps).toEqual(atOnce);
      }),
    );
  });

  test('a subordinate never widens what its superior lets through', () => {
    const list = fc.subarray(['a', 'b', 'c', 'd']);
    fc.assert(
      fc.property(list, list, list, (superior, subordinate, stated) => {
        const kept = resolve([{ subset_of: superior }, { subset_of: subordinate }], stated);
        expect(superior).toEqual(expect.arrayContaining(Array.isArray(kept) ? kept : [kept]));
      }),
    );
  });
});

describe('operator values', () => {
  test.each([
    ['add that is no list', { add: 'a' }],
    ['one_of that is no list', { one_of: 'a' }],
    ['one_of without a choice', { one_of: [] }],
    ['subset_of null', { subset_of: null }],
    ['superset_of with null inside', { superset_of: [null] }],
    ['add with a list inside', { add: [['a']] }],
    ['default null', { default: null }],
    ['essential as text', { essential: 'true' }],
    ['essential null', { essential: null }],
  ])('refuses %s', async (_what, policy) => {
    expect(await codeWith([policy], ['a'])).toBe('invalid_policy');
  });

  test('refuses a policy or a parameter policy that is no object', async () => {
    expect(await codeOf(() => resolveMetadata([[]], {}))).toBe('invalid_policy');
    expect(await codeOf(() => resolveMetadata([{ p: ['value'] }], {}))).toBe('invalid_policy');
    expect(await codeOf(() => resolveMetadata([{ p: null }], {}))).toBe('invalid_policy');
  });

  test('ignores an operator that is not standard', () => {
    expect(resolve([{ regexp: '^x$', default: 'y' }])).toBe('y');
    expect(mergePolicies([{ p: { regexp: '^x$' } }])).toEqual({ p: {} });
  });
});

describe('scope, a list in one string', () => {
  test.each([
    ['subset_of', { subset_of: ['openid', 'email'] }, 'openid phone email', 'openid email'],
    ['superset_of', { superset_of: ['openid'] }, 'email openid', 'email openid'],
    ['add', { add: ['openid'] }, 'email', 'email openid'],
    ['default as text', { default: 'openid email' }, undefined, 'openid email'],
    ['default as a list', { default: ['openid', 'email'] }, undefined, 'openid email'],
    ['value within subset_of', { value: 'openid', subset_of: ['openid'] }, 'email', 'openid'],
  ])('%s', (_what, policy, stated, expected) => {
    expect(resolveMetadata([{ scope: policy }], stated === undefined ? {} : { scope: stated })).toEqual({
      scope: expected,
    });
  });

  test('superset_of misses a scope', async () => {
    expect(await codeOf(() => resolveMetadata([{ scope: { superset_of: ['openid'] } }], { scope: 'openid2' }))).toBe(
      'invalid_metadata',
    );
  });

  test('a merged policy is written as it may be read again', () => {
    const merged = mergePolicies([{ scope: { default: 'a b' } }, { scope: { subset_of: ['a', 'b'] } }]);
    expect(merged).toEqual({ scope: { default: 'a b', subset_of: ['a', 'b'] } });
    expect(resolveMetadata([merged], {})).toEqual({ scope: 'a b' });
  });
});

describe('names that mean something to the language', () => {
  const hostile = (text: string): object => JSON.parse(text);

  test('__proto__ as a parameter changes no prototype', () => {
    const resolved = resolveMetadata([hostile('{"__proto__":{"value":{"admin":true}}}')], {});
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
    expect(resolved['admin']).toBeUndefined();
    expect(Object.hasOwn(resolved, '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  test('inherited members are no parameters and no operators', async () => {
    expect(await codeOf(() => resolveMetadata([{ constructor: { essential: true } }], {}))).toBe('invalid_metadata');
    expect(resolveMetadata([{ toString: { default: 'x' } }], {})).toEqual({ toString: 'x' });
    expect(resolve([hostile('{"__proto__":{"value":"x"}}')], 'y')).toBe('y');
  });
});

describe('metadata_policy_crit', () => {
  test('absent is fine', () => {
    expect(checkPolicyCrit(undefined)).toBeUndefined();
  });

  test.each([
    ['an operator that is not known', ['regexp']],
    ['a standard operator', ['value']],
    ['nothing', []],
    ['null', null],
    ['text', 'regexp'],
    ['a number', [1]],
  ])('refuses %s', async (_what, crit) => {
    expect(await codeOf(() => checkPolicyCrit(crit))).toBe('invalid_policy');
  });
});
