import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellQuote } from './shell-line.ts';
import { tableLines } from './table.ts';

test('a shell reads a quoted word as something else', () => {
  const word = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
      const line = `printf '%s\\0' ${words.map(shellQuote).join(' ')}`;
      const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 20 },
  );
});

test('columns after Chinese text stand out of line', () => {
  expect(
    tableLines([
      ['河南', 'x'],
      ['Hena', 'y'],
      ['', 'z'],
    ]),
  ).toEqual(['河南  x', 'Hena  y', '      z']);
});
