import { describe, expect, test } from 'vitest';
import { registryJwkSchema, subordinateKindSchema } from '../../schemas/registry-event.ts';
import { MAX_PUBLISHED_KEYS } from '../trust/key-lifecycle.ts';
import { seededKey } from '../trust/seeded-key.fixture.ts';
import { hasItsKeysVouchedFor, isPublishedInLog, publishedAfter, publishedKeysOf } from './fold-published-keys.ts';
import type { PublishedRecord } from './fold-state.ts';

async function recordOf(name: string, more: Partial<PublishedRecord> = {}): Promise<PublishedRecord> {
  const { jwk } = await seededKey(name);
  return { jwk: registryJwkSchema.parse(jwk), announced_s: 1, ends_s: null, ended_s: null, ...more };
}

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
