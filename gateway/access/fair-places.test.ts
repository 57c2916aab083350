import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairPlaces } from './fair-places.ts';

/** Places, and who has which now. */
function open(most: number) {
  const places = new FairPlaces(most);
  const taken: { readonly peer: string; readonly leave: () => void }[] = [];
  const take = (peer: string) => {
    const leave = places.take(peer, () => taken.splice(taken.indexOf(mine), 1));
    const mine = { peer, leave: leave ?? (() => {}) };
    if (leave !== null) taken.push(mine);
    return leave !== null;
  };
  const countOf = (peer: string) => taken.filter((one) => one.peer === peer).length;
  return { places, taken, take, countOf };
}

describe('places', () => {
  test('go beyond their number, are lost, or are kept from somebody by one that has two more', () => {
    const step = fc.record({ peer: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean(), at: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { places, taken, take, countOf } = open(5);
        for (const { peer, leaves, at } of steps) {
          if (leaves) taken.splice(at, 1)[0]?.leave();
          else if (!take(peer)) {
            for (const other of ['a', 'b', 'c']) expect(countOf(other)).toBeLessThanOrEqual(countOf(peer) + 1);
          }
          expect(places.taken).toBe(taken.length);
          expect(places.taken).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  test('are left twice by whoever had to give one up', () => {
    const places = new FairPlaces(2);
    const leave = places.take('crowd', () => {});
    places.take('crowd', () => {});
    expect(places.take('other', () => {})).not.toBeNull();
    leave?.();
    expect(places.taken).toBe(2);
    expect(places.take('crowd', () => {})).toBeNull();
  });
});
