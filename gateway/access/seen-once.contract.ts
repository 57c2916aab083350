import { describe, expect, test } from 'vitest';
import type { SeenOnce } from './seen-once.ts';

/** What every memory of what was handled owes, run against each of them for real. */
export function seenOnceContract(kind: string, open: (name: string) => SeenOnce): void {
  describe(`what was handled, ${kind}`, () => {
    test('is taken for new, or something else for handled', async () => {
      const seen = open('noted');
      expect(await seen.has('the-event')).toBe(false);
      await seen.note('the-event');
      expect([await seen.has('the-event'), await seen.has('another')]).toEqual([true, false]);
    });

    test('is claimed twice, be it at the same time', async () => {
      const seen = open('claimed');
      const claims = await Promise.all(Array.from({ length: 20 }, () => seen.claim('the-question')));
      expect(claims.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'again'), 'first']);
      expect(await seen.claim('the-question')).toBe('again');
      expect(await seen.has('the-question')).toBe(true);
      expect(await seen.claim('another')).toBe('first');
    });

    test('is remembered although it was not admitted, or has to be admitted once more', async () => {
      const seen = open('admitted');
      const refuse = () => {
        throw new RangeError('not now');
      };
      await expect(seen.claim('the-question', refuse)).rejects.toThrow(RangeError);
      expect(await seen.claim('the-question', () => undefined)).toBe('first');
      expect(await seen.claim('the-question', refuse)).toBe('again');
    });

    test('is claimed although it was noted', async () => {
      const seen = open('both');
      await seen.note('the-event');
      expect(await seen.claim('the-event')).toBe('again');
    });
  });
}
