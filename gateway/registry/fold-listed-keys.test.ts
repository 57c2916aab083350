import { describe, expect, test } from 'vitest';
import {
  type RegistryJwk,
  registryJwkSchema,
  type SubordinateKind,
  subordinateKindSchema,
} from '../../schemas/registry-event.ts';
import { MAX_PUBLISHED_KEYS } from '../trust/key-lifecycle.ts';
import { seededKey } from '../trust/seeded-key.fixture.ts';
import { hasItsKeysVouchedFor, isPublishedInLog, publishedAfter, publishedKeysOf } from './fold-published-keys.ts';
import type { PublishedRecord } from './fold-state.ts';

async function recordOf(name: string, more: Partial<PublishedRecord> = {}): Promise<PublishedRecord> {
  const { jwk } = await seededKey(name);
  return { jwk: registryJwkSchema.parse(jwk), announced_s: 1, ends_s: null, ended_s: null, ...more };
}

const AT_S = 100;

describe('a list of keys', () => {
  test('takes away, adds or changes what it does not say', async () => {
    const [kept, left, fresh] = [await recordOf('kept'), await recordOf('left'), await recordOf('fresh')];
    const listed = [
      { jwk: kept.jwk, ends_s: 300 },
      { jwk: fresh.jwk, ends_s: 400 },
    ];
    expect(publishedAfter('issuer', [kept, left], undefined, AT_S)).toEqual([kept, left]);
    expect(publishedAfter('issuer', [kept, left], listed, AT_S)).toEqual([
      { ...kept, ends_s: 300 },
      { ...left, ended_s: AT_S },
      { jwk: fresh.jwk, announced_s: AT_S, ends_s: 400, ended_s: null },
    ]);
    expect(publishedAfter('gateway', [kept], [{ jwk: kept.jwk }, { jwk: fresh.jwk }], AT_S)).toEqual([
      kept,
      { jwk: fresh.jwk, announced_s: AT_S, ends_s: null, ended_s: null },
    ]);
  });

  test('is taken for an entity whose keys are its own, with a key twice, or under another name', async () => {
    const [known, other] = [await recordOf('known'), await recordOf('other')];
    const refusal = (kind: SubordinateKind, ...listed: readonly RegistryJwk[]) =>
      publishedAfter(
        kind,
        [known],
        listed.map((jwk) => ({ jwk })),
        AT_S,
      );
    expect(refusal('authorization_server', other.jwk)).toEqual({ rejected: 'subordinate_invalid' });
    expect(refusal('issuer', other.jwk, other.jwk)).toHaveProperty('rejected');
    expect(refusal('issuer', { ...other.jwk, kid: known.jwk.kid })).toEqual({ rejected: 'key_reused' });
    expect(refusal('issuer', { ...known.jwk, kid: 'renamed' })).toEqual({ rejected: 'key_reused' });
  });

  test('brings back what is over, or lists what ends before it counts', async () => {
    const known = await recordOf('known');
    const refusal = (before: Partial<PublishedRecord>, ends_s?: number) =>
      publishedAfter(
        'issuer',
        [{ ...known, ...before }],
        [{ jwk: known.jwk, ...(ends_s === undefined ? {} : { ends_s }) }],
        AT_S,
      );
    const over = { rejected: 'key_ended' };
    expect([refusal({}, AT_S), refusal({}, AT_S - 1), refusal({ ended_s: 50 })]).toEqual([over, over, over]);
    expect([refusal({ ends_s: AT_S }), refusal({ ends_s: AT_S - 1 })]).toEqual([over, over]);
    expect(refusal({ ends_s: AT_S + 1 }, AT_S + 1)).toEqual([{ ...known, ends_s: AT_S + 1 }]);
  });

  test('is stated with other times than those of its keys', async () => {
    const timesOf = async (more: Partial<PublishedRecord>) =>
      publishedKeysOf([await recordOf('known', more)]).map(({ iat, exp }) => [iat, exp]);
    expect(await timesOf({ announced_s: 7 })).toEqual([[7, undefined]]);
    expect(await timesOf({ ends_s: 30 })).toEqual([[1, 30]]);
    expect(await timesOf({ ended_s: 20 })).toEqual([[1, 20]]);
    expect(await timesOf({ ends_s: 30, ended_s: 20 })).toEqual([[1, 20]]);
    const [over, counting] = [await recordOf('over', { ended_s: 5 }), await recordOf('counting')];
    expect(publishedKeysOf([over, counting]).map(({ kid }) => kid)).toEqual([counting.jwk.kid, over.jwk.kid]);
  });
});

describe('keys that a superior lists', () => {
  test('are those of another kind of entity, or not of one that signs', () => {
    const kinds = subordinateKindSchema.options.filter(hasItsKeysVouchedFor);
    expect(kinds.sort()).toEqual(['agency', 'gateway', 'issuer', 'monitor']);
  });

  test('end anew at every change once they are over', async () => {
    const [over, counting] = [await recordOf('over', { ended_s: 5 }), await recordOf('counting')];
    expect(publishedAfter('issuer', [over, counting], [{ jwk: counting.jwk }], 9)).toEqual([over, counting]);
  });

  test('count for an entity that nobody admitted, or once they are over', async () => {
    const [over, counting] = [await recordOf('over', { ended_s: 5 }), await recordOf('counting')];
    const named = (entityId: string, { jwk }: PublishedRecord) => {
      const subordinates = new Map([['https://issuer.example', { published: [over, counting] }]]);
      return isPublishedInLog({ subordinates }, entityId, jwk.kid);
    };
    expect([named('https://issuer.example', counting), named('https://issuer.example', over)]).toEqual([true, false]);
    expect(named('https://stranger.example', counting)).toBe(false);
  });

  test('are pushed out of a statement by those that are over, or pushed past its bound', async () => {
    const counting = await Promise.all(Array.from({ length: MAX_PUBLISHED_KEYS }, (_, n) => recordOf(`key-${n}`)));
    const over = await recordOf('over', { ended_s: 5 });
    const kidsOf = (records: readonly PublishedRecord[]) => publishedKeysOf(records).map(({ kid }) => kid);
    expect(kidsOf([over, ...counting])).toEqual(counting.map(({ jwk }) => jwk.kid));
    expect(kidsOf([over, ...counting.slice(1)])).toHaveLength(MAX_PUBLISHED_KEYS);
  });
});
