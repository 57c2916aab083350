import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../test/registry-site.fixture.ts';
import { writeFile } from './write-file.ts';

test('a file that cannot be written is told as a fault of the software', () => {
  const write = () => writeFile(join(import.meta.dirname, 'none/request.jws'), 'text');
  expect(write).toThrow(expect.objectContaining({ code: 'file_unreadable' }));
});

test('what its owner alone may read is left to everybody where a file was there before', () => {
  const path = join(tempFolder(onTestFinished), 'pass.svg');
  writeFileSync(path, 'an older and longer picture');
  chmodSync(path, 0o644);
  writeFile(path, 'a picture', { mode: 0o600 });
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['a picture', 0o600]);
  chmodSync(path, 0o640);
  writeFile(path, 'a list');
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['a list', 0o640]);
});

test('what was kept is lost where there is no room for what comes after it', () => {
  const folder = tempFolder(onTestFinished);
  const path = join(folder, 'seen.txt');
  writeFileSync(path, 'kept');
  const script =
    'const { replaceFile } = await import(process.argv[1]); replaceFile(process.argv[2], "x".repeat(4096));';
  const node = `"${process.execPath}" --input-type=module -e '${script}'`;
  const command = (blocks: string) =>
    `ulimit -f ${blocks}; exec ${node} "${import.meta.dirname}/write-file.ts" "${path}"`;
  const replaced = (blocks: string) => spawnSync('bash', ['-c', command(blocks)], { encoding: 'utf8' }).stderr;
  expect(replaced('1')).toContain('cannot be written');
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['kept', ['seen.txt']]);
  expect(replaced('unlimited')).toBe('');
  expect([readFileSync(path, 'utf8').length, readdirSync(folder)]).toEqual([4096, ['seen.txt']]);
});
