import { expect, test } from 'vitest';
import { openLogger } from './open-logger.ts';
import { terminalLine } from './terminal-line.ts';

const LINE = {
  level: 40,
  time: 0,
  service: 'huren',
  msg: 'the chain does not verify',
  entity: 'https://a.example',
  took_ms: 3,
};
const plain = (line: object) => terminalLine(JSON.stringify(line), { isColoured: false });

test('somebody at a terminal reads JSON', () => {
  expect(plain(LINE)).toMatch(
    /^\d\d:\d\d:\d\d warn {2}the chain does not verify {2}entity=https:\/\/a\.example {2}took_ms=3\n$/,
  );
  expect(terminalLine('no JSON\n', { isColoured: true })).toBe('no JSON\n');
});

test('what comes from outside moves the cursor or begins a line of its own', () => {
  const shown = plain({ ...LINE, entity: 'a\u001b[2J\nfatal forged\u009b' });
  expect([...shown.slice(0, -1)].filter((character) => /\p{Cc}/u.test(character))).toEqual([]);
});

test('requests are told at a terminal that nobody asked for them at, or nowhere else', () => {
  const levels = [true, false].map((isTerminal) => openLogger({ logLevel: null }, isTerminal).level);
  expect([...levels, openLogger({ logLevel: 'debug' }, true).level]).toEqual(['warn', 'info', 'debug']);
});
