import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { VerifiedCheckpoint } from '../../log/checkpoint.ts';
import { type Cli, printable } from '../cli.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { readText } from '../json-file.ts';
import { assertExtends, believeCheckpoint, fetchCheckpoint, readEntries } from '../log-api.ts';
import { printEntries } from '../log-text.ts';
import { trustOnline } from '../log-trust.ts';
import { requireRegistryPin } from '../registry-pin.ts';
import { lineCells, tableLines } from '../table.ts';
import { replaceFile } from '../write-file.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';
import { addLogEvidence } from './log-evidence.ts';
import { addLogVerify, anchored } from './log-verify.ts';
import { addLogWitness } from './log-witness.ts';

interface AnchorOption {
  readonly anchor?: string;
  readonly json?: boolean;
}
interface ShowOptions {
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

const SHOWN = 20;
const MOST_SHOWN = 1_000;

/** `log verify | show | checkpoint | evidence | witness`: the registry's log, checked without trusting whoever keeps it. */
export function addLog(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('log'), {
    zh: '注册表的透明日志',
    en: "the registry's transparency log",
    example: 'log verify',
  });
  addLogVerify(group, cli);
  addShow(group, cli);
  addCheckpoint(group, cli);
  addLogEvidence(group, cli);
  addLogWitness(group, cli);
}

function addShow(group: Command, cli: Cli): void {
  described(cli, group.command('show'), {
    zh: `显示日志条目（默认最后 ${SHOWN} 条）`,
    en: `show entries of the log, the last ${SHOWN} unless told otherwise`,
    example: 'log show --from 0 --to 10',
  })
    .option(
      '--from <index>',
      cli.say({ zh: '自此条起', en: 'from this entry' }),
      reading(countOf, cli.say({ zh: '应为条目序号', en: 'an index' })),
    )
    .option(
      '--to <index>',
      cli.say({ zh: '至此条之前', en: 'up to, not including, this entry' }),
      reading(countOf, cli.say({ zh: '应为条目序号', en: 'an index' })),
    )
    .option(...jsonOption(cli))
    .action(async ({ from, to, json }: ShowOptions) => {
      const entries = await readEntries(new GatewayClient(gatewayUrl(cli.env)), (size) => {
        const end = Math.min(to ?? size, size);
        const start = from ?? Math.max(0, end - SHOWN);
        return { from: start, to: Math.min(end, start + MOST_SHOWN) };
      });
      if (json === true) cli.printJson({ entries });
      else printEntries(cli, entries);
    });
}

function addCheckpoint(group: Command, cli: Cli): void {
  anchored(
    cli,
    described(cli, group.command('checkpoint'), {
      zh: '取得签名的检查点并核对；--save 另存，并证明日志只增不改',
      en: 'fetch the signed checkpoint and check it; --save keeps it and proves that the log only grew since',
      example: 'log checkpoint --save kept-elsewhere.txt',
    }),
  )
    .option('--save <file>', cli.say({ zh: '存入此文件', en: 'keep it in this file' }))
    .action(async ({ anchor, save, json }: AnchorOption & { save?: string }) => {
      const pinned = requireRegistryPin(anchor, cli.env);
      const gateway = new GatewayClient(gatewayUrl(cli.env));
      const note = await fetchCheckpoint(gateway);
      const trust = await trustOnline(pinned, gateway, note);
      const checkpoint = believeCheckpoint(note, trust);
      const before = save === undefined || !existsSync(save) ? null : believeCheckpoint(await readText(save), trust);
      if (before !== null) await assertExtends(gateway, before, checkpoint);
      if (save !== undefined) replaceFile(save, note);
      if (json === true) return cli.printJson({ ...documentOf(checkpoint), since: before?.size ?? null, note });
      printCheckpoint(cli, checkpoint, before);
    });
}

function printCheckpoint(cli: Cli, checkpoint: VerifiedCheckpoint, before: VerifiedCheckpoint | null): void {
  const { origin, size, root, cosignatures } = documentOf(checkpoint);
  const signed = cli.say({ zh: '日志签名成立', en: "the log's signature verified" });
  const head = [`${cli.paint('green', '✓')} ${printable(origin)}`, String(size), root, signed];
  for (const line of tableLines([head])) cli.print(line);
  const witness = cli.say({ zh: '见证', en: 'witness' });
  const seen = cosignatures.map(({ name, at }) => [witness, printable(name), String(at)]);
  for (const line of tableLines(seen, lineCells() - 2)) cli.print(`  ${line}`);
  if (before === null) return;
  cli.print(
    cli.say({
      zh: `  自已存的 ${before.size} 条起只增未改（一致性证明成立）`,
      en: `  grew from the ${before.size} entries kept here, none of them changed (consistency proof verified)`,
    }),
  );
}

function documentOf({ origin, size, root, cosignatures }: VerifiedCheckpoint) {
  return {
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
    cosignatures: cosignatures.map(({ name, timestampS }) => ({ name, at: new Date(timestampS * 1000).toISOString() })),
  };
}

function countOf(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
