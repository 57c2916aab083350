import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ABROAD } from '../../schemas/code-lists/index.ts';
import { AdapterFolderError } from '../adapter-folder.ts';
import { compilePointer } from '../pointer.ts';
import { findOverlaps } from '../recogniser-overlap.ts';
import { finishedProvinces, loadProvinces, manifestsBeside, type ProvinceFolder } from './index.ts';

const folders = loadProvinces();
const SIXTEEN = [
  '000000',
  '110000',
  '140000',
  '230000',
  '310000',
  '330000',
  '340000',
  '370000',
  '410000',
  '420000',
  '440000',
  '450000',
  '460000',
  '500000',
  '520000',
  '640000',
];

test('all sixteen systems are there, in the order of their codes', () => {
  const found = folders.map(({ manifest }) => manifest.province);
  expect(found).toEqual([...found].sort());
  expect(SIXTEEN.filter((province) => !found.some((one) => one === province))).toEqual([]);
});

test('no two systems claim one code', () => {
  expect(findOverlaps(folders.map(({ manifest }) => manifest))).toEqual([]);
});

describe.each(folders.map((folder) => [folder.manifest.system.id, folder] as const))('%s', (_id, folder) => {
  const { manifest, scenarios } = folder;

  test('has every kind of scenario', () => {
    const names = scenarios.scenarios.map(({ scenario }) => scenario);
    const coloured = ['yellow', 'red', 'red-without-ground', 'foreign-push-unnamed', 'undocumented-value'];
    // No certificate has a colour but green.
    const needed = ['green', ...(manifest.province === ABROAD ? ['undocumented-content'] : coloured)];
    expect([...needed, 'expired', 'unknown'].filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('every documented state is shown by a scenario', () => {
    const stateOf = compilePointer(manifest.reply.status.at);
    const shown = new Set(scenarios.scenarios.map(({ record }) => String(record && stateOf(record))));
    const kinds = new Set(
      manifest.reply.status.values.filter(({ value }) => shown.has(String(value))).map(({ name }) => name),
    );
    expect(
      [...new Set(manifest.reply.status.values.map(({ name }) => name))].filter((name) => !kinds.has(name)),
    ).toEqual([]);
  });

  test('says of each fact where it is from', () => {
    const readme = readFileSync(join(import.meta.dirname, folderOf(folder), 'README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| What'));
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row).toMatch(/\[S\]|\[P\]|\[U\]|sandbox/);
  });

  test('holds data only', () => {
    expect(existsSync(join(import.meta.dirname, folderOf(folder), 'index.ts'))).toBe(false);
    expect(manifest.upstream.base_url).toMatch(/^https:\/\/[a-z-]+\.sandbox\.invalid$/);
  });
});

function folderOf({ manifest: { province, system } }: ProvinceFolder): string {
  return `${province}-${system.id.split('-')[0]}`;
}

describe('a folder that cannot be used', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'huren-provinces-'));
    cpSync(join(import.meta.dirname, '410000-henan'), join(root, '410000-henan'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function failure(): AdapterFolderError {
    try {
      loadProvinces(root);
    } catch (error) {
      if (error instanceof AdapterFolderError) return error;
    }
    throw new Error('the folders were accepted');
  }
  const manifestPath = () => join(root, '410000-henan', 'manifest.json');

  test('names file and member of what breaks the schema', () => {
    const text = readFileSync(manifestPath(), 'utf8').replace('"province": "410000"', '"province": "990000"');
    writeFileSync(manifestPath(), text);
    expect(failure()).toMatchObject({ code: 'schema' });
    expect(failure().message).toContain('410000-henan/manifest.json: /province');
  });

  test('names the file that is not JSON', () => {
    writeFileSync(manifestPath(), '{');
    expect(failure()).toMatchObject({ code: 'not_json', message: `${manifestPath()} is not JSON` });
  });

  test('names the file that is missing', () => {
    rmSync(join(root, '410000-henan', 'fixtures'), { recursive: true });
    expect(failure()).toMatchObject({ code: 'unreadable' });
    expect(failure().message).toContain('scenarios.json');
  });

  test('refuses a folder whose name and manifest disagree, and a second one for the same province', () => {
    cpSync(join(root, '410000-henan'), join(root, '410000-again'), { recursive: true });
    expect(failure()).toMatchObject({ code: 'duplicate' });
    rmSync(join(root, '410000-again'), { recursive: true });
    cpSync(join(root, '410000-henan'), join(root, '420000-henan'), { recursive: true });
    expect(failure()).toMatchObject({ code: 'folder_name' });
  });

  test('an unfinished folder among the others keeps itself or them from being checked', () => {
    cpSync(join(root, '410000-henan'), join(root, '420000-hubei'), { recursive: true });
    expect(manifestsBeside(join(root, '420000-hubei'), root).map(({ province }) => province)).toEqual(['410000']);
    expect(manifestsBeside(join(root, '410000-henan'), root)).toEqual([]);
  });

  test('an unfinished folder keeps the finished ones from being played, or goes without a word', () => {
    cpSync(join(root, '410000-henan'), join(root, '420000-hubei'), { recursive: true });
    expect(() => loadProvinces(root)).toThrow();
    const { finished, unfinished } = finishedProvinces(root);
    expect(finished.map(({ manifest }) => manifest.province)).toEqual(['410000']);
    expect(unfinished).toEqual([{ folder: '420000-hubei', reason: expect.stringContaining('420000-hubei') }]);
  });

  test('a changed byte changes the digest', () => {
    const [before] = loadProvinces(root);
    writeFileSync(manifestPath(), `${readFileSync(manifestPath(), 'utf8')} `);
    expect(loadProvinces(root)[0]?.digest).not.toBe(before?.digest);
  });
});
