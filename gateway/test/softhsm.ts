import { spawnSync } from 'node:child_process';
import { accessSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PKCS#11 token of its own, in software (SoftHSM 2). */
export interface TestToken {
  /** HUREN_KEYS for it. */
  readonly setting: string;
  readonly pinFile: string;
  readonly pin: string;
  /** What SoftHSM keeps, private keys sealed. */
  readonly folder: string;
  readonly remove: () => void;
}

/** Debian has it below the machine's own library folder too. */
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
];

/** Makes a token in a folder of its own and points SOFTHSM2_CONF of this process at it: once a process. */
export function makeTestToken(): TestToken {
  const folder = mkdtempSync(join(tmpdir(), 'huren-token-'));
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens);
  const conf = join(folder, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = conf;
  const pin = '73915508';
  const argv = ['--init-token', '--free', '--label', 'huren-test', '--so-pin', '00000000', '--pin', pin];
  const { status, stderr } = spawnSync('softhsm2-util', argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`softhsm2-util: ${stderr}`);
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  const setting = `pkcs11:${modulePath()}?token=huren-test&pin-file=${pinFile}&dir=${join(folder, 'rings')}`;
  return { setting, pinFile, pin, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function modulePath(): string {
  const found = MODULES.find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('softhsm2 is not installed');
  return found;
}
