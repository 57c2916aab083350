import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasFallen } from './falling-rule.ts';

const MANY = 2_000;
const greens = fc.integer({ min: 1, max: MANY });
/** The last minutes, and a day that holds them. */
const watched = fc
  .record({
    green: greens,
    more: greens,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    usual: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ green, more, share, usual }) => ({
    lately: { green, recognised: Math.round(green * share) },
    earlier: { green: more, recognised: Math.round(more * usual) },
  }));
const dayOf = (lately: { green: number; recognised: number }, earlier: { green: number; recognised: number }) => ({
  green: lately.green + earlier.green,
  recognised: lately.recognised + earlier.recognised,
});

test('a fall is seen where the last minutes recognise no smaller share than the day did before', () => {
  fc.assert(
    fc.property(watched, ({ lately, earlier }) => {
      fc.pre(earlier.green >= 20);
      fc.pre(lately.recognised / lately.green >= earlier.recognised / earlier.green);
      expect(hasFallen(lately, dayOf(lately, earlier))).toBe(false);
    }),
  );
});

test('a fall is no fall any more where fewer still are recognised', () => {
  fc.assert(
    fc.property(watched, fc.nat(MANY), ({ lately, earlier }, less) => {
      fc.pre(hasFallen(lately, dayOf(lately, earlier)));
      const worse = { ...lately, recognised: Math.max(0, lately.recognised - less) };
      expect(hasFallen(worse, dayOf(worse, earlier))).toBe(true);
    }),
  );
});

test('few greens tell of a fall, or a fall of a tenth is hidden by the day that it is a part of', () => {
  const day = { green: 20_000, recognised: 19_800 };
  expect(hasFallen({ green: 19, recognised: 0 }, day)).toBe(false);
  expect(hasFallen({ green: 20, recognised: 0 }, day)).toBe(true);
  // One in ten thousand of the day, and all of the last minutes.
  expect(hasFallen({ green: 2_000, recognised: 0 }, { green: 2_020, recognised: 20 })).toBe(true);
  expect(hasFallen({ green: 2_000, recognised: 1_800 }, day)).toBe(false);
  expect(hasFallen({ green: 2_000, recognised: 1_700 }, day)).toBe(true);
});
