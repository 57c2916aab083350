import { existsSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { sha256Schema } from '../../schemas/registry-event.ts';
import { instantSchema, numericDateSchema } from '../../schemas/status.ts';
import type { Actor } from '../keys/actor.ts';
import type { ChainHead } from '../trust/registry-event.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { headOf, signEvents } from './enter-event.ts';
import { shellQuote } from './shell-line.ts';
import type { Signable } from './signed-step.ts';

/** For a key on a machine without network: sign into a file, from a place in the signer's chain that was carried there. */
export interface OfflineOptions {
  readonly out?: string;
  readonly seq?: number;
  readonly prev?: string;
  readonly at?: number;
  readonly json?: boolean;
}

const MAX_SEQ = 1_000_000_000;

/** Adds `--out`, `--seq`, `--prev` and `--at`. */
export function offlineOptions(cli: Cli, command: Command): Command {
  const { say } = cli;
  return command
    .option('--out <file>', say({ zh: '签名后写入此文件，不发送', en: 'sign into this file and send nothing' }))
    .addOption(
      new Option(
        '--seq <n>',
        say({
          zh: '签名者现有序号（默认向注册表查询）',
          en: "the signer's present seq (asked of the registry unless given)",
        }),
      ).argParser(reading(seqOf, say({ zh: '应为整数', en: 'a whole number' }))),
    )
    .addOption(
      new Option(
        '--prev <hash>',
        say({ zh: '签名者上一事件的散列', en: "the hash of the signer's last event, as the registry shows it" }),
      ).argParser(
        reading((text) => sha256Schema.safeParse(text).data ?? null, say({ zh: '应为 SHA-256', en: 'a SHA-256' })),
      ),
    )
    .addOption(
      new Option(
        '--at <time>',
        say({ zh: '将要发送的时刻（默认现在）', en: 'when it will be sent (default now)' }),
      ).argParser(reading(timeOf, say({ zh: '应为 RFC 3339 时间', en: 'an RFC 3339 time' }))),
    );
}

/** Signs and saves, one event a line. Throws CliError `usage_invalid` (a file that exists is kept), `not_enrolled`. */
export async function saveSigned(
  cli: Cli,
  signer: Actor,
  { events, scenarios, about }: Signable,
  options: OfflineOptions & { readonly out: string },
): Promise<void> {
  const { out, at, json } = options;
  refuseExisting(out);
  const head = givenHead(signer.entityId, options) ?? (await headOf(cli, signer.entityId));
  const signed = await signEvents(signer, head, events, at ?? Math.floor(Date.now() / 1000));
  writeNew(out, signed.events.join('\n'));
  const { seq, prev } = signed.head;
  if (json === true) {
    return cli.printJson({ ...about, out, events: signed.events.length, signed_by: signer.entityId, seq, prev });
  }
  const { say, print, paint } = cli;
  print(`${paint('green', '✓')} ${say({ zh: `已签名，未发送：${out}`, en: `signed, not sent: ${out}` })}`);
  print(`  ${say({ zh: '签名者', en: 'signed by' })}  ${signer.entityId}`);
  print(`  ${say({ zh: '后续', en: 'after it ' })}  --seq ${seq} --prev ${prev}`);
  const file = shellQuote(out);
  print(`  ${say({ zh: '核对', en: 'check    ' })}  huren event show ${file}`);
  const along = scenarios === undefined ? '' : ' --scenarios DIR/fixtures/scenarios.json';
  print(`  ${say({ zh: '发送', en: 'send     ' })}  huren event send ${file}${along}`);
}

/** Throws CliError `usage_invalid` where the file exists: what was signed before is not overwritten. */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw CliError.of('usage_invalid', { zh: `${path} 已存在`, en: `${path} exists already` });
}

/** Writes a new file, durable before it returns. Throws CliError `file_unreadable`. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644, flush: true });
  } catch {
    throw CliError.of('file_unreadable', { zh: `无法写入 ${path}`, en: `${path} cannot be written` });
  }
}

function givenHead(entityId: string, { seq, prev }: OfflineOptions): ChainHead | null {
  if (seq === undefined && prev === undefined) return null;
  if (seq === undefined || (seq === 0) !== (prev === undefined)) {
    throw CliError.of('usage_invalid', {
      zh: '--seq 与 --prev 须同时给出；首个事件之前为 --seq 0',
      en: '--seq and --prev go together; before the first event it is --seq 0 alone',
    });
  }
  return { entityId, seq, prev: prev ?? null };
}

function seqOf(text: string): number | null {
  const seq = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  return seq >= 0 && seq <= MAX_SEQ ? seq : null;
}

function timeOf(text: string): number | null {
  const instant = instantSchema.safeParse(text);
  return instant.success
    ? (numericDateSchema.safeParse(Math.floor(Date.parse(instant.data) / 1000)).data ?? null)
    : null;
}
