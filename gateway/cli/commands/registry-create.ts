import type { Command } from 'commander';
import { ringFilePath } from '../../keys/key-store.ts';
import { keyUseOf } from '../../keys/key-use.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { digestGroups } from '../digest-groups.ts';
import { createGenesis, readAnchorFile, readKeySet } from '../genesis.ts';
import { keySettingOf } from '../key-failure.ts';
import { readPublicHalf } from '../public-half.ts';
import { shellQuote } from '../shell-line.ts';
import { refuseExisting, writeNew } from '../signed-file.ts';
import { openSigner } from '../signer-choice.ts';
import { described, entityReader, jsonOption } from './command.ts';

interface CreateOptions {
  readonly entity: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly origin: string;
  readonly logKey: string;
  readonly key: string;
  readonly federationJwks?: string;
  readonly out: string;
  readonly anchorFile: string;
  readonly json?: boolean;
}
interface PublicKeyOptions {
  readonly owner?: string;
  readonly use?: string;
  readonly json?: boolean;
}

/** `registry create`: entry 0 and the anchor file, made once by the national side. */
export function addCreate(group: Command, cli: Cli): void {
  const { say } = cli;
  described(cli, group.command('create'), {
    zh: '由国家平台创建注册表：签署第 0 条，并写出信任锚文件',
    en: 'create the registry as the national platform: sign entry 0 and write the anchor file',
    example:
      'registry create --entity https://anchor.example --name-zh 国家平台 --name-en "National platform" --origin registry.example/log --log-key KEY --key anchor-key.json --out genesis.jws --anchor-file anchor.json',
  })
    .requiredOption('--entity <id>', say({ zh: '国家锚点的标识', en: "the anchor's identifier" }), entityReader(cli))
    .requiredOption('--name-zh <text>', say({ zh: '中文名称', en: 'its name in Chinese' }))
    .requiredOption('--name-en <text>', say({ zh: '英文名称', en: 'its name in English' }))
    .requiredOption('--origin <name>', say({ zh: '日志名称', en: "the log's name" }))
    .requiredOption(
      '--log-key <key>',
      say({ zh: '日志的验证密钥（registry public-key）', en: "the log's verifier key (registry public-key)" }),
    )
    .requiredOption('--key <file>', say({ zh: '锚点的注册密钥文件', en: "the anchor's registry key file" }))
    .option(
      '--federation-jwks <file>',
      say({
        zh: '锚点的联邦公钥（默认与注册密钥相同）',
        en: "the anchor's federation keys (its registry key unless given)",
      }),
    )
    .requiredOption('--out <file>', say({ zh: '第 0 条写入此文件', en: 'write entry 0 to this file' }))
    .requiredOption('--anchor-file <file>', say({ zh: '信任锚写入此文件', en: 'write the anchor file here' }))
    .option(...jsonOption(cli))
    .action((options: CreateOptions) => create(cli, options));
}

async function create(cli: Cli, options: CreateOptions): Promise<void> {
  const { entity, origin, logKey, key, federationJwks, out, anchorFile } = options;
  for (const path of [out, anchorFile]) refuseExisting(path);
  const anchor = await openSigner(key, cli.env);
  if (anchor.entityId !== entity) {
    throw CliError.of('usage_invalid', {
      zh: `${key} 是 ${anchor.entityId} 的密钥`,
      en: `${key} is a key of ${anchor.entityId}`,
    });
  }
  const federationKeys = federationJwks === undefined ? null : await readKeySet(federationJwks);
  const name = { zh: options.nameZh, en: options.nameEn };
  const nowS = Math.floor(Date.now() / 1000);
  const genesis = await createGenesis({ anchor, name, origin, logKey, federationKeys }, nowS);
  writeNew(out, genesis.entry);
  writeNew(anchorFile, genesis.anchorFile);
  const [entryHash, anchorHash] = [digestGroups(genesis.entry), digestGroups(genesis.anchorFile)];
  if (options.json === true) {
    const files = { out, out_sha256: entryHash, anchor_file: anchorFile, anchor_sha256: anchorHash };
    return cli.printJson({ entity_id: entity, origin, log_keys: [logKey], ...files });
  }
  const { say, print, paint } = cli;
  print(
    `${paint('green', '✓')} ${say({ zh: `已签署 ${entity} 的注册表第 0 条，未发送`, en: `signed entry 0 of the registry of ${entity}, not sent` })}`,
  );
  printHash(cli, out, entryHash);
  printHash(cli, anchorFile, anchorHash);
  print(say({ zh: '请各方经电话核对以上散列。', en: 'Have everybody compare these hashes by voice.' }));
  print(
    `  ${say({ zh: '下一步', en: 'next     ' })}  HUREN_ANCHOR_FILE=${shellQuote(anchorFile)} huren event send ${shellQuote(out)}`,
  );
}

/** `registry anchor-hash`: what to read out when an anchor file is handed on. */
export function addAnchorHash(group: Command, cli: Cli): void {
  described(cli, group.command('anchor-hash').argument('<file>'), {
    zh: '显示信任锚文件的散列，供各方核对',
    en: 'show the hash of an anchor file, for people to compare',
    example: 'registry anchor-hash anchor.json',
  })
    .option(...jsonOption(cli))
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { text, entityId, federationKids, registryKids, logKeys } = await readAnchorFile(file);
      const sha256 = digestGroups(text);
      if (json === true) {
        const kids = { federation_kids: federationKids, registry_kids: registryKids, log_keys: logKeys };
        return cli.printJson({ anchor_file: file, anchor_sha256: sha256, entity_id: entityId, ...kids });
      }
      printHash(cli, file, sha256);
      cli.print(`  ${entityId}`);
      for (const kid of federationKids) cli.print(`  federation ${kid}`);
      for (const kid of registryKids) cli.print(`  registry   ${kid}`);
      for (const key of logKeys) cli.print(`  log        ${key}`);
    });
}

/** `registry public-key`: the public half of a key file, for others to enrol or pin. */
export function addPublicKey(group: Command, cli: Cli): void {
  described(cli, group.command('public-key'), {
    zh: '输出密钥文件的公钥部分，绝不输出私钥；日志密钥输出验证密钥',
    en: 'print the public half of a key file, never the private one; of a log key its verifier key',
    example: 'registry public-key operator.json',
  })
    .argument('[file]', cli.say({ zh: '密钥文件', en: 'a key file' }))
    .option('--owner <owner>', cli.say({ zh: '数据目录中密钥的归属', en: 'whose key, below the data directory' }))
    .option('--use <use>', cli.say({ zh: '数据目录中密钥的用途', en: 'what that key is for' }))
    .option(...jsonOption(cli))
    .action((file: string | undefined, options: PublicKeyOptions) => {
      const half = readPublicHalf(keyPath(cli, file, options));
      if ('verifierKeys' in half) {
        const { origin, verifierKeys } = half;
        if (options.json === true) return cli.printJson({ origin, log_keys: verifierKeys });
        for (const key of verifierKeys) cli.print(key);
        return;
      }
      const { entityId, keys } = half;
      cli.printJson({ ...(entityId === null ? {} : { entity_id: entityId }), jwks: { keys } });
    });
}

function keyPath(cli: Cli, file: string | undefined, { owner, use }: PublicKeyOptions): string {
  if (file !== undefined && owner === undefined && use === undefined) return file;
  if (file === undefined && owner !== undefined && use !== undefined) {
    const known = keyUseOf(use);
    if (known !== null) return ringFilePath(keySettingOf(cli.env), owner, known);
  }
  throw CliError.of('usage_invalid', {
    zh: '请给出一个文件，或同时给出 --owner 和 --use',
    en: 'name a file, or both --owner and --use',
  });
}

function printHash(cli: Cli, file: string, groups: string): void {
  cli.print(`  ${file}  SHA-256`);
  cli.print(`    ${groups}`);
}
