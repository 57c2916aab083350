import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatheredLines } from './gathered-lines.ts';

type Step = { readonly line: string } | 'flush';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 9_000 }).map((length) => ({ line: `${'x'.repeat(length)}字\n` })) },
    { weight: 1, arbitrary: fc.constant('flush' as const) },
  ),
);

/** What came out by the time that the process ends, piece by piece; null where it was made sure of. */
function written(all: readonly Step[]): (string | null)[] {
  const pieces: (string | null)[] = [];
  const lines = new GatheredLines({ write: (text) => void pieces.push(text), flushSync: () => void pieces.push(null) });
  for (const step of all) {
    if (step === 'flush') lines.flush();
    else lines.write(step.line);
  }
  lines.end();
  return pieces;
}

test('a line is lost, comes twice, or before an earlier one', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const pieces = written(all);
      expect(pieces.at(-1)).toBeNull();
      expect(pieces.join('')).toBe(all.map((step) => (step === 'flush' ? '' : step.line)).join(''));
    }),
  );
});

test('a line waits for others that do not come, or each is written by itself', () => {
  const short: Step = { line: 'x\n' };
  expect(written([short, short, 'flush', short])).toEqual(['x\nx\n', 'x\n', null]);
  expect(written(Array.from({ length: 40_000 }, () => short)).length).toBeLessThan(5);
  let done = 0;
  new GatheredLines({ write: () => undefined, flushSync: () => undefined }).flush(() => {
    done += 1;
  });
  expect(done).toBe(1);
});
