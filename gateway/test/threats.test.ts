import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './import-graph.ts';

/** `gateway/room/some.test.ts`: "what it is called", which may go on in the next line. */
const SHOWN_BY = /`([\w/.-]+\.test\.ts)`:\s+"([^"]+)"/g;

/** Every threat of the document that something stops, with the tests that are said to show it. */
function threats() {
  const [stopped = ''] = readFileSync(join(ROOT, 'THREATS.md'), 'utf8').split('## What nothing here stops');
  const [, ...parts] = stopped.slice(stopped.indexOf('## A province')).split('\n- ');
  return parts.map((part) => ({
    threat: /^\*\*(.+?)\*\*/s.exec(part)?.[1] ?? part,
    tests: [...part.matchAll(SHOWN_BY)].map(([, file = '', name = '']) => ({ file, name: name.replace(/\s+/g, ' ') })),
  }));
}

describe('the document of threats', () => {
  test('has a threat that no test shows to be stopped', () => {
    expect(threats().length).toBeGreaterThan(30);
    expect(threats().filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  test('names a test that is not there', () => {
    const named = threats().flatMap(({ tests }) => tests);
    const isThere = ({ file, name }: (typeof named)[number]) =>
      existsSync(join(ROOT, file)) && readFileSync(join(ROOT, file), 'utf8').includes(`('${name}'`);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
  });
});
