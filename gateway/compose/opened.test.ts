import { readdirSync, readlinkSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../test/registry-site.fixture.ts';
import { readConfig } from './config.ts';
import { startNode } from './node.ts';
import { openOrClose } from './opened.ts';

test('what was opened before a step that fails stays open, or hides why it failed', async () => {
  const closed: string[] = [];
  const failing = openOrClose(async (opened) => {
    opened.defer(() => void closed.push('first'));
    opened.defer(() => Promise.reject(new Error('cannot be closed')));
    opened.defer(() => void closed.push('second'));
    throw new Error('a step');
  });
  await expect(failing).rejects.toThrow('a step');
  expect(closed).toEqual(['second', 'first']);
});

test('what was opened is closed although nothing failed', async () => {
  const closed: string[] = [];
  const stack = await openOrClose(async (opened) => {
    opened.defer(() => void closed.push('it'));
    return opened;
  });
  expect(closed).toEqual([]);
  await stack.disposeAsync();
  expect(closed).toEqual(['it']);
});

test.each([
  ['openUpstreams', 'in the middle of what every role stands on'],
  ['mount', 'after everything is open'],
] as const)('a node that fails at %s, %s, keeps files of its data directory open', async (step, _when) => {
  const folder = tempFolder(onTestFinished);
  const settings = { HUREN_PORT: '0', HUREN_DATA_DIR: folder, HUREN_ROLES: 'registry', HUREN_LOG_LEVEL: 'silent' };
  const fail = () => {
    throw new Error('a later step');
  };
  await expect(startNode(readConfig(settings), { [step]: fail })).rejects.toThrow('a later step');
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
});
