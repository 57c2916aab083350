import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type KeyInfo, type KeyUse, listKeys } from '../../trust/key-ring.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption } from './command.ts';

const USES: readonly KeyUse[] = ['federation', 'attestation'];

/** `keys list`: which keys this data directory holds, never what they are. */
export function addKeys(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('keys'), {
    zh: '本机数据目录中的密钥',
    en: 'the keys in the data directory',
    example: 'keys list',
  });
  described(cli, group.command('list'), {
    zh: '列出密钥的归属、用途、状态和有效期',
    en: 'list whose the keys are, their use, state and expiry',
    example: 'keys list --json',
  })
    .option(...jsonOption(cli))
    .action(({ json }: { json?: boolean }) => {
      const keys = keysBelow(cli.env['HUREN_DATA_DIR'] || '.huren');
      if (json === true) return cli.printJson({ keys: keys.map(documentOf) });
      print(cli, keys);
    });
}

function keysBelow(dataDir: string): KeyInfo[] {
  const names = new Map(USES.map((use) => [`${use}.json`, use]));
  return keyFiles(join(dataDir, 'keys')).flatMap((path) => {
    const parts = path.split('/');
    const use = names.get(parts.pop() ?? '');
    return use === undefined ? [] : listOrExplain(dataDir, parts.join('/'), use);
  });
}

function keyFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  } catch (error) {
    // A data directory without keys is one where no gateway ran yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw CliError.of('file_unreadable', { zh: `无法读取 ${folder}`, en: `${folder} cannot be read` });
  }
}

/** The cause is not passed on: a parser's message can quote the file, and the file holds private keys. */
function listOrExplain(dataDir: string, owner: string, use: KeyUse): KeyInfo[] {
  try {
    return listKeys(dataDir, owner, use);
  } catch {
    throw CliError.of('key_file_damaged', {
      zh: `密钥文件 ${owner}/${use}.json 无法读取`,
      en: `the key file ${owner}/${use}.json cannot be read`,
    });
  }
}

function documentOf({ owner, use, kid, state, createdS, expiresS }: KeyInfo) {
  return { owner, use, kid, state, created: instant(createdS), expires: instant(expiresS) };
}

function print(cli: Cli, keys: readonly KeyInfo[]): void {
  const titles = [
    { zh: '归属', en: 'owner' },
    { zh: '用途', en: 'use' },
    { zh: '状态', en: 'state' },
    { zh: '有效期至', en: 'expires' },
  ].map(cli.say);
  const rows = keys.map((key) => [key.owner, key.use, key.state, instant(key.expiresS), key.kid]);
  for (const line of tableLines([[...titles, 'kid'], ...rows])) cli.print(line);
}

function instant(timeS: number): string {
  return new Date(timeS * 1000).toISOString().replace('.000Z', 'Z');
}
