import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { KEY_USES, KeyFileError, type KeyUse } from '../../keys/key-file.ts';
import { announceKey, type KeyInfo, listKeys, revokeKey, rotateKey } from '../../keys/key-ring.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption } from './command.ts';

interface RingOptions {
  readonly owner: string;
  readonly use: KeyUse;
  readonly json?: boolean;
}

/**
 * `keys list|new|rotate|revoke`: the key rings of this data directory, never the keys themselves. A running gateway
 * picks every change up within a second.
 */
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
      const keys = keysBelow(dataDirOf(cli));
      if (json === true) return cli.printJson({ keys: keys.map(documentOf) });
      print(cli, keys);
    });
  addChanges(group, cli);
}

function addChanges(group: Command, cli: Cli): void {
  ringCommand(cli, group.command('new'), {
    zh: '公布下一把密钥，暂不使用',
    en: 'announce the next key, without using it yet',
    example: 'keys new --owner gateway --use attestation',
  }).action(async ({ owner, use, json }: RingOptions) => {
    const kid = await changing(() => announceKey(dataDirOf(cli), owner, use, nowS()));
    if (json === true) cli.printJson({ owner, use, kid });
    else cli.print(cli.say({ zh: `已公布 ${kid}`, en: `announced ${kid}` }));
  });
  ringCommand(cli, group.command('rotate'), {
    zh: '启用已公布的密钥，原密钥转为退役',
    en: 'use the announced key and retire the one before',
    example: 'keys rotate --owner gateway --use attestation',
  }).action(async ({ owner, use, json }: RingOptions) => {
    const { kid, wasAnnounced } = await changing(() => rotateKey(dataDirOf(cli), owner, use, nowS()));
    if (json === true) return cli.printJson({ owner, use, kid, was_announced: wasAnnounced });
    cli.print(cli.say({ zh: `已启用 ${kid}`, en: `in use: ${kid}` }));
    if (wasAnnounced) return;
    const text = {
      zh: '该密钥此前未公布：持有旧信任链的验证方须重新获取信任链',
      en: 'it was not announced before: whoever verifies with an older bundle has to fetch a new one',
    };
    cli.print(cli.say(text));
  });
  ringCommand(cli, group.command('revoke'), {
    zh: '吊销一把密钥；若正在使用则立即更换',
    en: 'revoke a key; one in use is replaced at once',
    example: 'keys revoke KID --owner gateway --use attestation --reason compromised',
  })
    .argument('<kid>', cli.say({ zh: '密钥标识', en: 'which key' }))
    .option('--reason <text>', cli.say({ zh: '原因', en: 'why' }), 'unspecified')
    .action(async (kid: string, { owner, use, json, reason }: RingOptions & { readonly reason: string }) => {
      await changing(() => revokeKey(dataDirOf(cli), owner, use, { kid, nowS: nowS(), reason: reason.slice(0, 64) }));
      if (json === true) cli.printJson({ owner, use, kid, state: 'revoked' });
      else cli.print(cli.say({ zh: `已吊销 ${kid}`, en: `revoked ${kid}` }));
    });
}

/** A command about one ring: whose it is and what for. */
function ringCommand(cli: Cli, command: Command, description: Parameters<typeof described>[2]): Command {
  const use = new Option('--use <use>', cli.say({ zh: '用途', en: 'what it is for' }));
  return described(cli, command, description)
    .option('--owner <owner>', cli.say({ zh: '归属', en: 'whose it is' }), 'gateway')
    .addOption(use.choices(KEY_USES).default('attestation'))
    .option(...jsonOption(cli));
}

function dataDirOf(cli: Cli): string {
  return cli.env['HUREN_DATA_DIR'] || '.huren';
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

async function changing<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw error instanceof KeyFileError ? explained(error) : error;
  }
}

function explained({ code, message }: KeyFileError): CliError {
  switch (code) {
    case 'key_file_exposed':
    case 'key_file_damaged':
    case 'key_file_busy':
    case 'too_many_keys':
      return CliError.of('key_file_damaged', { zh: message, en: message });
    case 'key_unknown':
      return CliError.of('usage_invalid', { zh: message, en: message });
  }
}

function keysBelow(dataDir: string): KeyInfo[] {
  const names = new Map(KEY_USES.map((use) => [`${use}.json`, use]));
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
  } catch (error) {
    if (error instanceof KeyFileError) throw explained(error);
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
