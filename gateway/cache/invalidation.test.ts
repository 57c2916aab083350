import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryAt } from './cached-answer.fixture.ts';
import { BEGINNING, InvalidationLedger, positionOf } from './invalidation.ts';
import { openCache } from './open-cache.ts';

const HENAN = { province: '410000', tag: 'tag-of-somebody' } as const;
const at = (n: number) => positionOf(n, 0);

describe('an entry', () => {
  test('asked for before its handle was invalidated is used', () => {
    const ledger = new InvalidationLedger();
    ledger.apply(at(5), { kind: 'handle', province: '410000', tags: ['x', 'tag-of-somebody'] });
    expect(ledger.admits({ ...HENAN, seen: at(4) })).toBe(false);
    expect(ledger.admits({ ...HENAN, seen: BEGINNING })).toBe(false);
    expect(ledger.admits({ ...HENAN, seen: at(5) })).toBe(true);
    expect(ledger.admits({ ...HENAN, tag: 'tag-of-somebody-else', seen: at(4) })).toBe(true);
  });

  test.each([
    'province',
    'key',
  ] as const)('of a province that was flushed (%s) is used, or one of another is not', (kind) => {
    const ledger = new InvalidationLedger();
    ledger.apply(at(5), { kind, province: '410000', kid: 'a-key' });
    expect(ledger.admits({ ...HENAN, seen: at(4) })).toBe(false);
    expect(ledger.admits({ ...HENAN, tag: null, seen: at(4) })).toBe(false);
    expect(ledger.admits({ ...HENAN, province: '440000', seen: at(4) })).toBe(true);
  });

  test('of a time in which something may have been missed is used', () => {
    const ledger = new InvalidationLedger();
    ledger.forgetBefore(at(9));
    expect(ledger.admits({ ...HENAN, seen: at(8) })).toBe(false);
    expect(ledger.position).toBe(at(9));
  });

  test('comes back to life when its invalidation is forgotten for lack of room', () => {
    const ledger = new InvalidationLedger(100);
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 150, maxLength: 400 }), (handles) => {
        const start = Number(ledger.position.split('-')[0]);
        for (const [n, handle] of handles.entries()) {
          ledger.apply(at(start + n + 1), { kind: 'handle', province: '410000', tags: [`t${handle}`] });
        }
        for (const [n, handle] of handles.entries()) {
          expect(ledger.admits({ province: '410000', tag: `t${handle}`, seen: at(start + n) })).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test('an answer from before its invalidation takes the place of one from after it', async () => {
  const parts = { redis: null, secret: null, count: () => {}, onInvalidated: () => {} };
  const { cache, invalidate } = openCache({ ...parts, nowMs: Date.now });
  const key = cache.keyOf({ province: '410000', adapter: 'a-digest', token: 'TOKEN-OF-NOBODY' }, 0);
  const early = entryAt(Date.now(), { seen: cache.position() });
  await invalidate({ kind: 'province', province: '410000' }, 0);
  const late = entryAt(Date.now(), { seen: cache.position() });
  cache.put(key, late, null);
  cache.put(key, early, null);
  expect(cache.peek(key)).toEqual(late);
});

test('an own invalidation made while cut off is taken for a later one of the others', () => {
  const ledger = new InvalidationLedger();
  ledger.advance(positionOf(7, 0));
  const own = `${ledger.position}~`;
  ledger.apply(own, { kind: 'province', province: '410000' });
  expect(ledger.admits({ ...HENAN, seen: positionOf(7, 0) })).toBe(false);
  expect(ledger.admits({ ...HENAN, seen: ledger.position })).toBe(true);
  expect(positionOf(7, 1) > own).toBe(true);
  expect(positionOf(8, 0) > own).toBe(true);
});
