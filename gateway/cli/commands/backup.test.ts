import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fillNode, PASSPHRASE, placesIn } from '../../recovery/recovery.fixture.ts';
import { enrolledWorld } from '../../registry/registry.fixture.ts';
import { tempFolder } from '../../test/registry-site.fixture.ts';
import { huren } from '../huren.fixture.ts';

let home: string;
let settings: Record<string, string>;
beforeAll(async () => {
  home = tempFolder((clean) => process.once('exit', clean));
  const dataDir = join(home, 'node');
  mkdirSync(dataDir);
  const node = await fillNode(placesIn(dataDir), (await enrolledWorld()).log);
  await node.close();
  const passphrase = join(home, 'passphrase');
  writeFileSync(passphrase, `${PASSPHRASE}\n`, { mode: 0o600 });
  settings = { HUREN_DATA_DIR: dataDir, HUREN_BACKUP_PASSPHRASE_FILE: passphrase };
});

describe('backup and restore, as commands', () => {
  test('do not lead from one machine to another, or show what is sealed', async () => {
    const file = join(home, 'a.backup');
    const made = await huren(['backup', file, '--json'], settings);
    expect([made.exit, made.stderr]).toEqual([0, '']);
    expect(z.object({ log: z.object({ size: z.int() }) }).parse(JSON.parse(made.stdout)).log.size).toBe(7);
    const elsewhere = {
      ...settings,
      HUREN_DATA_DIR: join(home, 'elsewhere'),
      HUREN_KEYS: `file:${join(home, 'vault')}`,
    };
    const back = await huren(['restore', file, '--lang', 'en'], elsewhere);
    expect([back.exit, existsSync(join(home, 'vault'))]).toEqual([1, false]);
    expect(back.stderr).toMatch(/^huren: log_unconfirmed: .*\n {2}next: .*--unconfirmed/);
    const put = await huren(['restore', file, '--unconfirmed', '--lang', 'en'], elsewhere);
    expect([put.exit, put.stderr]).toEqual([0, '']);
    expect(put.stdout).toMatch(/log +7 [\s\S]*left out {2}report numbers, passes:/);
    const ring = readFileSync(join(home, 'vault/gateway/attestation.json'), 'utf8');
    expect(ring).toBe(readFileSync(join(home, 'node/keys/gateway/attestation.json'), 'utf8'));
    const verified = await huren(['log', 'verify', '--json'], elsewhere);
    expect([verified.exit, verified.stderr]).toEqual([0, '']);
  });

  test('a file that is no backup is told in another language than asked', async () => {
    const ran = await huren(['restore', import.meta.filename, '--lang', 'zh'], settings);
    expect(ran.stderr).toMatch(/^huren: archive_damaged: 不是备份.+backup\.test\.ts is no backup）\n {2}下一步：.+\n$/);
    expect(ran.exit).toBe(1);
  });

  test.each([
    ['no passphrase', { HUREN_BACKUP_PASSPHRASE_FILE: '' }, 'usage_invalid'],
    ['a short one', { HUREN_BACKUP_PASSPHRASE_FILE: '', HUREN_BACKUP_PASSPHRASE: 'short' }, 'config_invalid'],
    ['a part that there is not', {}, 'usage_invalid'],
    ['nothing in it, of a directory that is misspelt', { HUREN_DATA_DIR: '/nowhere/huren' }, 'nothing_kept'],
  ])('seal with %s', async (what, more, code) => {
    const file = join(home, 'unsealed.backup');
    const only = what.startsWith('a part') ? ['--only', 'log,everything'] : [];
    const ran = await huren(['backup', file, ...only], { ...settings, ...more });
    expect([ran.exit, ran.stderr.split(':')[1]?.trim(), existsSync(file)]).toEqual([2, code, false]);
    expect(ran.stderr).not.toContain('short\n');
  });
});
