import { type Command, Option } from 'commander';
import type { ListHead } from '../../../schemas/credential-list-head.ts';
import { credentialRulesSchema } from '../../../schemas/credential-rules.ts';
import { instantOf } from '../../../schemas/instant.ts';
import { instantSchema } from '../../../schemas/status.ts';
import { CREDENTIAL_RULES_TYP, documentPayload, TRUST_LIST_TYP } from '../../trust/credential-documents.ts';
import { signCompact } from '../../trust/signer.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { readJson } from '../json-file.ts';
import { listFromFolder, listFromGdhcn, listFromVci, type PublishedList } from '../published-lists.ts';
import { openSigner } from '../signer-choice.ts';
import { writeFile } from '../write-file.ts';
import { described, describedGroup, reading } from './command.ts';

interface SignOptions {
  readonly key: string;
  readonly out: string;
}

interface ListOptions extends SignOptions {
  readonly sequence: number;
  readonly nextUpdate: string;
  readonly pem?: string;
  readonly gdhcn?: string;
  readonly vci?: string;
  readonly signer?: string;
  readonly domain: string;
}

/** `credentials`: whose certificates count, and what a destination asks of them, as signed documents. */
export function addCredentials(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('credentials'), {
    zh: '持有人自带证书的信任名单与规则',
    en: 'trust lists and rules of certificates that their holders carry',
    example:
      'credentials list --pem certificates --key lists.json --sequence 1 --next-update 2027-01-01T00:00:00Z --out list.jws',
  });
  addList(group, cli);
  addRules(group, cli);
}

function addList(group: Command, cli: Cli): void {
  const { say } = cli;
  const command = described(cli, group.command('list'), {
    zh: '将已公布的名单核验后重新签名：PEM 文件夹、GDHCN did.json 或 VCI 目录快照',
    en: 'verify a published list and sign it anew: a folder of PEM files, a GDHCN did.json, or a VCI snapshot',
    example:
      'credentials list --gdhcn did.json --signer who.json --domain DCC --key lists.json --sequence 8 --next-update 2027-01-01T00:00:00Z --out list.jws',
  });
  signOptions(cli, command)
    .addOption(
      new Option('--pem <folder>', say({ zh: '签发者证书文件夹', en: 'a folder of signers’ certificates' })).conflicts([
        'gdhcn',
        'vci',
      ]),
    )
    .addOption(new Option('--gdhcn <file>', say({ zh: 'GDHCN 信任名单', en: 'a GDHCN trust list' })).conflicts('vci'))
    .option('--vci <file>', say({ zh: 'VCI 目录快照，旁有 .sig', en: 'a VCI directory snapshot, its .sig beside it' }))
    .option(
      '--signer <file>',
      say({
        zh: '指定的签名者：GDHCN 为 {method,x,y}，VCI 为 PEM 证书',
        en: 'its pinned signer: {method,x,y} for GDHCN, a PEM certificate for VCI',
      }),
    )
    .option('--domain <code>', say({ zh: 'GDHCN 信任域', en: 'the GDHCN trust domain' }), 'DCC')
    .requiredOption(
      '--sequence <n>',
      say({ zh: '序号，须大于上一份', en: 'greater than that of the last one' }),
      reading(sequenceOf, say({ zh: '应为正整数', en: 'a whole number from 1' })),
    )
    .requiredOption(
      '--next-update <time>',
      say({ zh: '下次更新时刻（RFC 3339）', en: 'when the next one will be there (RFC 3339)' }),
      reading(timeOf, say({ zh: '应为 RFC 3339 时间', en: 'an RFC 3339 time' })),
    )
    .action(async (options: ListOptions) => {
      const head = { sequence: options.sequence, issued_at: nowInstant(), next_update: options.nextUpdate };
      await sign(cli, { ...head, ...publishedList(options) }, TRUST_LIST_TYP, options);
    });
}

function addRules(group: Command, cli: Cli): void {
  const command = described(cli, group.command('rules'), {
    zh: '为目的地的规则文件签名',
    en: "sign a destination's rules",
    example: 'credentials rules rules.json --key lists.json --out rules.jws',
  }).argument('<file>', cli.say({ zh: '规则文件（JSON）', en: 'the rules, as JSON' }));
  signOptions(cli, command).action(async (file: string, options: SignOptions) => {
    const parsed = credentialRulesSchema.safeParse(await readJson(file));
    if (!parsed.success) {
      const at = parsed.error.issues[0]?.path.join('/') ?? '';
      throw CliError.of('file_unreadable', {
        zh: `${file} 不是规则文件：/${at}`,
        en: `${file} is no document of rules: at /${at}`,
      });
    }
    await sign(cli, parsed.data, CREDENTIAL_RULES_TYP, options);
  });
}

function signOptions(cli: Cli, command: Command): Command {
  return command
    .requiredOption('--key <file>', cli.say({ zh: '签名者的密钥文件', en: "the signer's key file" }))
    .requiredOption('--out <file>', cli.say({ zh: '写入此文件', en: 'write to this file' }));
}

function publishedList({ pem, gdhcn, vci, signer, domain }: ListOptions): PublishedList {
  if (pem !== undefined) return listFromFolder(pem);
  if (signer === undefined || (gdhcn ?? vci) === undefined) {
    throw CliError.of('usage_invalid', {
      zh: '须给出 --pem，或 --gdhcn、--vci 之一及 --signer',
      en: 'name --pem, or one of --gdhcn and --vci with its --signer',
    });
  }
  return gdhcn === undefined ? listFromVci(vci ?? '', signer) : listFromGdhcn(gdhcn, signer, domain);
}

async function sign(cli: Cli, document: ListHead, typ: string, { key, out }: SignOptions): Promise<void> {
  const { signer } = await openSigner(key, cli.env);
  const token = await signCompact({ typ }, documentPayload(document), signer);
  writeFile(out, `${token}\n`);
  cli.print(
    `${out}: ${typ}  ${cli.say({ zh: '序号', en: 'sequence' })} ${document.sequence}  → ${document.next_update}`,
  );
}

function sequenceOf(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

function timeOf(text: string): string | null {
  return instantSchema.safeParse(text).data ?? null;
}

function nowInstant(): string {
  return instantOf(Math.floor(Date.now() / 1000));
}
