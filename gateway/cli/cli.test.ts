import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createCli } from './cli.ts';

/** What moves a terminal's cursor, clears it, renames its window, or turns text round: as escape sequences and in one character. */
const COMMANDS = [
  '\u001b[2J',
  '\u001b]0;a title\u0007',
  '\u009b2J',
  '\r',
  '\b',
  '\u0000',
  '\u202e',
  '\u2066',
  '\u{e0041}',
];

/** All that a command wrote, whichever stream it went to. */
function written(write: (cli: ReturnType<typeof createCli>) => void): string {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  write(createCli('en', {}, { stdout, stderr }));
  return `${stdout.read() ?? ''}${stderr.read() ?? ''}`;
}

describe.each(COMMANDS)('what others write with %j in it', (command) => {
  test.each([
    'print',
    'note',
  ] as const)('commands the terminal of whoever reads it, by a line that nobody cleaned (%s)', (way) => {
    const shown = written((cli) => cli[way](`a name${command}`));
    expect(shown).toMatch(/^a name\ufffd.*\n$/);
    expect(shown.trimEnd()).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test('commands it by a document for machines, or is another text for them', () => {
    const document = { [`name${command}`]: [`a name${command}`] };
    const json = written((cli) => cli.printJson(document));
    expect(json.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(JSON.parse(json)).toEqual(document);
  });
});

test('colours of ours, or more lines than one, do not come through', () => {
  const line = '\u001b[1m\u001b[31mnot verified\u001b[39m\u001b[22m\n  next\tthing';
  expect(written(({ print }) => print(line))).toBe(`${line}\n`);
  expect(stripVTControlCharacters(line)).not.toBe(line);
});
