import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Shares } from './shares.ts';

describe('the shares of clients', () => {
  test('do not add up, or a client that has given back all is remembered', () => {
    const step = fc.record({ client: fc.constantFrom('a', 'b', 'c'), amount: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const shares = new Shares();
        for (const { client, amount } of steps) shares.add(client, amount);
        expect(shares.total).toBe(shares.of('a') + shares.of('b') + shares.of('c'));
        for (const { client, amount } of steps) shares.add(client, -amount);
        expect([shares.total, shares.of('a'), shares.weightOf('a')]).toEqual([0, 0, 0]);
      }),
    );
  });

  test('make somebody heavy who is alone, or nobody where one has most', () => {
    const shares = new Shares();
    shares.add('a', 1_000);
    expect(shares.weightOf('a')).toBe(1);
    shares.add('b', 1);
    expect(shares.weightOf('a')).toBeGreaterThan(1);
    expect(shares.weightOf('b')).toBeLessThan(1);
    expect(shares.weightOf('nobody')).toBe(0);
  });
});
