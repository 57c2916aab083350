import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestCa, type IssuedCertificate } from '../sandbox/test-ca.ts';
import { openAccessFiles } from './access-files.ts';

const SECRET = 'not-for-any-log';
let folder: string;
let nowMs: number;
let faults: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-access-'));
  nowMs = 0;
  faults = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path = folder) => openAccessFiles(path, { nowMs: () => nowMs, onFault: (file) => faults.push(file) });
const write = (province: string, text: string) =>
  writeFileSync(join(folder, `${province}.json`), text, { mode: 0o640 });
const holding = (app_key: string) => JSON.stringify({ secrets: { app_key } });

describe('what the operator holds for a province', () => {
  test('a folder that is not there, or a file that cannot be read, is found out at the first scan', () => {
    expect(() => open(join(folder, 'missing'))).toThrow('HUREN_UPSTREAM_DIR: not a folder');
    write('410000', `{"secrets":{"app_key":"${SECRET}"},"oops`);
    expect(() => open()).toThrow(/^HUREN_UPSTREAM_DIR: 410000\.json is not/);
    expect(() => open()).not.toThrow(SECRET);
  });

  test('a file that everybody on the machine may read is used', () => {
    write('410000', holding(SECRET));
    chmodSync(join(folder, '410000.json'), 0o644);
    expect(() => open()).toThrow(/^HUREN_UPSTREAM_DIR: .*410000\.json may be read by others/);
    expect(() => open()).not.toThrow(SECRET);
  });

  test('a province without a file gets the secrets of another', () => {
    write('410000', holding(SECRET));
    const files = open();
    expect(files.accessOf('410000')?.secrets).toEqual({ app_key: SECRET });
    expect(files.accessOf('330000')).toBeNull();
  });

  test('a file that comes, or a secret that changes, needs a restart', () => {
    const files = open();
    write('410000', holding('first'));
    nowMs += 5_000;
    expect(files.accessOf('410000')?.secrets).toEqual({ app_key: 'first' });
    write('410000', holding('second'));
    expect(files.accessOf('410000')?.secrets).toEqual({ app_key: 'first' });
    nowMs += 5_000;
    expect(files.accessOf('410000')?.secrets).toEqual({ app_key: 'second' });
  });

  test('a file that goes bad takes the province down, or goes unnoticed', () => {
    write('410000', holding(SECRET));
    const files = open();
    write('410000', '{');
    nowMs += 5_000;
    expect(files.accessOf('410000')?.secrets).toEqual({ app_key: SECRET });
    expect(faults).toEqual(['410000.json']);
  });
});

describe('the certificate that a province asks for', () => {
  const naming = { secrets: {}, client_cert_file: 'henan.crt', client_key_file: 'henan.key' };
  function writePair({ certPem, keyPem }: IssuedCertificate): void {
    writeFileSync(join(folder, 'henan.crt'), certPem);
    writeFileSync(join(folder, 'henan.key'), keyPem, { mode: 0o600 });
  }

  test('needs a restart to be replaced, or is another object at every look', async () => {
    const ca = await createTestCa();
    const subject = { names: ['gateway.test'], addresses: [], client: true };
    writePair(await ca.issue(subject));
    write('410000', JSON.stringify(naming));
    const files = open();
    const first = files.identityOf('410000');
    expect([first === undefined, files.identityOf('330000')]).toEqual([false, undefined]);
    nowMs += 5_000;
    expect(files.identityOf('410000')).toBe(first);
    writePair(await ca.issue(subject));
    nowMs += 5_000;
    const second = files.identityOf('410000');
    expect(second === first || second === undefined).toBe(false);
    writeFileSync(join(folder, 'henan.key'), 'half a key');
    nowMs += 5_000;
    expect(files.identityOf('410000')).toBe(second);
    expect(faults).toEqual(['410000.json']);
  });

  test('is used with a key that anybody may read, or half of it is enough', async () => {
    const ca = await createTestCa();
    writePair(await ca.issue({ names: [], addresses: [], client: true }));
    write('410000', JSON.stringify(naming));
    chmodSync(join(folder, 'henan.key'), 0o644);
    expect(() => open()).toThrow(/^HUREN_UPSTREAM_DIR: 410000\.json: client_cert_file and client_key_file/);
    write('410000', JSON.stringify({ ...naming, client_key_file: undefined }));
    expect(() => open()).toThrow(/^HUREN_UPSTREAM_DIR: 410000\.json is not/);
    write('410000', JSON.stringify({ ...naming, client_key_file: 'missing.key' }));
    expect(() => open()).toThrow(/^HUREN_UPSTREAM_DIR: 410000\.json: client_cert_file and client_key_file/);
  });
});
