import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createArchive, readArchive } from './archive.ts';
import { createSealedFile, openSealedFile } from './sealed-file.ts';

const PASSPHRASE = 'correct horse battery';
const PIECE = 64 * 1024 + 16;
const HEAD = 'huren-backup/1\n'.length + 32;
const folder = mkdtempSync(join(tmpdir(), 'huren-sealed-'));
const path = join(folder, 'whole');
const text = 'secret '.repeat(20_000);
let whole: Buffer;
beforeAll(() => {
  const sealed = createSealedFile(path, PASSPHRASE);
  for (let at = 0; at < text.length; at += 10_000) sealed.write(text.slice(at, at + 10_000));
  sealed.finish();
  whole = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(bytes: Buffer, passphrase = PASSPHRASE): string {
  const at = join(folder, 'other');
  writeFileSync(at, bytes);
  return Buffer.concat([...openSealedFile(at, passphrase)]).toString();
}

function changed(at: number): Buffer {
  const bytes = Buffer.from(whole);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

describe('a sealed file', () => {
  test('is not what was written, shows it, or is read by others', () => {
    expect(read(whole)).toBe(text);
    expect(whole.includes('secret')).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('of exactly one piece is taken for a shortened one', () => {
    const at = join(folder, 'of-one');
    const sealed = createSealedFile(at, PASSPHRASE);
    sealed.write('x'.repeat(64 * 1024));
    sealed.finish();
    expect(Buffer.concat([...openSealedFile(at, PASSPHRASE)]).length).toBe(64 * 1024);
  });

  test.each([
    ['a byte of the first piece changed', () => changed(HEAD + 5)],
    ['a byte of the last tag changed', () => changed(whole.length - 1)],
    ['its last piece missing', () => whole.subarray(0, HEAD + 2 * PIECE)],
    ['something added', () => Buffer.concat([whole, Buffer.alloc(40)])],
    [
      'two pieces exchanged',
      () =>
        Buffer.concat([
          whole.subarray(0, HEAD),
          whole.subarray(HEAD + PIECE, HEAD + 2 * PIECE),
          whole.subarray(HEAD, HEAD + PIECE),
          whole.subarray(HEAD + 2 * PIECE),
        ]),
    ],
  ])('with %s is believed', (_what, bytes) => {
    expect(() => read(bytes())).toThrow(expect.objectContaining({ code: 'archive_damaged' }));
  });

  test('is taken for damaged where the passphrase is wrong, or of a later version', () => {
    expect(() => read(whole, 'another passphrase')).toThrow(expect.objectContaining({ code: 'passphrase_wrong' }));
    const later = Buffer.concat([Buffer.from('huren-backup/2\n'), whole.subarray(15)]);
    expect(() => read(later)).toThrow(expect.objectContaining({ code: 'archive_newer' }));
    expect(() => read(Buffer.from('no backup at all'))).toThrow(expect.objectContaining({ code: 'archive_damaged' }));
  });

  test('is written over another, or left behind by half', () => {
    expect(() => createSealedFile(path, PASSPHRASE)).toThrow(expect.objectContaining({ code: 'file_present' }));
    const sealed = createSealedFile(join(folder, 'abandoned'), PASSPHRASE);
    sealed.write('something');
    sealed.abandon();
    expect(readdirSync(folder).filter((name) => name.startsWith('abandoned'))).toEqual([]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe('an archive', () => {
  test('whose end was never written, or does not count what is there, passes for whole', () => {
    const at = join(folder, 'unended');
    const sealed = createSealedFile(at, PASSPHRASE);
    const line = (content: unknown) => sealed.write(`${JSON.stringify(content)}\n`);
    line({ is: 'backup', made_s: 1, program: '0.2.0', parts: ['keys'] });
    line({ is: 'end', entries: 0, rows: 0, files: 1 });
    sealed.finish();
    expect(() => [...readArchive(at, PASSPHRASE)]).toThrow(expect.objectContaining({ code: 'archive_damaged' }));
  });

  test('puts a file wherever it says', () => {
    const at = join(folder, 'climbing');
    const archive = createArchive(at, PASSPHRASE);
    archive.add({ is: 'backup', made_s: 1, program: '0.2.0', parts: ['keys'] });
    archive.add({ is: 'file', path: 'keys/../../etc/passwd', bytes: '' });
    archive.finish();
    expect(() => [...readArchive(at, PASSPHRASE)]).toThrow(expect.objectContaining({ code: 'archive_newer' }));
    expect(existsSync(at)).toBe(true);
  });
});
