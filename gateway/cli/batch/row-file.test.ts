import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowWithout } from '../../../schemas/batch-row.ts';
import { openRowFile } from './row-file.ts';
import { ROW_FORMATS, type RowFormat } from './row-formats.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lines with gaps, as a file with empty lines has them. */
const lines = [1, 2, 4, 7, 8, 11].map((line) => ({ line, code: `code-${line}` }));
const rows = lines.map(({ line }) => rowWithout(line, 'code_unrecognised'));
const path = () => join(folder, 'rows');

function writeAll(format: RowFormat, resume: boolean): number {
  const file = openRowFile(path(), format, { lines, resume });
  file.write(rows.slice(file.done));
  file.close();
  return file.done;
}

test.each([
  ['csv', ROW_FORMATS.csv],
  ['jsonl', ROW_FORMATS.jsonl],
] as const)('a file of %s that was cut off anywhere has a row twice, or lacks one, once it was gone on with', (_, format) => {
  rmSync(path(), { force: true });
  writeAll(format, false);
  const whole = readFileSync(path());
  fc.assert(
    fc.property(fc.nat(whole.length), (cut) => {
      writeFileSync(path(), whole.subarray(0, cut));
      writeAll(format, true);
      expect(readFileSync(path(), 'utf8')).toBe(whole.toString('utf8'));
    }),
    { numRuns: 60 },
  );
  expect(writeAll(format, true)).toBe(lines.length);
});

test('a file that is there is written over, or one about other lines is gone on with', () => {
  rmSync(path(), { force: true });
  writeAll(ROW_FORMATS.csv, false);
  const before = readFileSync(path(), 'utf8');
  expect(() => writeAll(ROW_FORMATS.csv, false)).toThrow(expect.objectContaining({ code: 'usage_invalid' }));
  for (const other of [
    before.replace('\n4,', '\n5,'),
    `${before}12,true,pass\n`,
    `name,seat\n${before}`,
    'a letter\n',
  ]) {
    writeFileSync(path(), other);
    expect(() => writeAll(ROW_FORMATS.csv, true)).toThrow(expect.objectContaining({ code: 'usage_invalid' }));
    expect(readFileSync(path(), 'utf8')).toBe(other);
  }
});

test('rows that had no room on the disk are lost without a word', () => {
  const writer = join(import.meta.dirname, 'row-file.writer.ts');
  const command = `ulimit -f 4; exec "${process.execPath}" "${writer}" "${join(folder, 'cut')}"`;
  const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('EFBIG')]);
});
