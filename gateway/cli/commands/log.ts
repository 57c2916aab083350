import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { VerifiedCheckpoint } from '../../log/checkpoint.ts';
import type { Finding } from '../../log/findings.ts';
import { LogError } from '../../log/log-error.ts';
import type { LogReader } from '../../log/store.ts';
import { type LogAudit, verifyLog } from '../../log/verify-log.ts';
import { entryChecker } from '../../registry/apply-entry.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { readText } from '../json-file.ts';
import { assertExtends, believeCheckpoint, fetchCheckpoint, readEntries } from '../log-api.ts';
import { printEntries } from '../log-text.ts';
import { requireRegistryPin } from '../registry-pin.ts';
import { reportError } from '../report.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

interface AnchorOption {
  readonly anchor?: string;
  readonly json?: boolean;
}
interface VerifyOptions extends AnchorOption {
  readonly store?: string;
  readonly checkpoint?: string;
}
interface ShowOptions {
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

const SHOWN = 20;
const MOST_SHOWN = 1_000;
const BAR_CELLS = 30;

/** `log verify | show | checkpoint`: the registry's log, checked without trusting whoever keeps it. */
export function addLog(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('log'), {
    zh: '注册表的透明日志',
    en: "the registry's transparency log",
    example: 'log verify',
  });
  addVerify(group, cli);
  addShow(group, cli);
  addCheckpoint(group, cli);
}

function addVerify(group: Command, cli: Cli): void {
  const { say } = cli;
  anchored(
    cli,
    described(cli, group.command('verify'), {
      zh: '离线重查整个日志：每个散列、签名、权限判定和检查点',
      en: 'check the whole log offline: every hash, signature, decision and checkpoint',
      example: 'log verify --checkpoint kept-elsewhere.txt',
    }),
  )
    .option(
      '--store <where>',
      say({ zh: 'SQLite 文件或 PostgreSQL 地址', en: 'an SQLite file or a PostgreSQL address' }),
    )
    .option(
      '--checkpoint <file>',
      say({ zh: '另存他处的检查点，可发现整体回滚', en: 'a checkpoint kept elsewhere: shows a store put back whole' }),
    )
    .action(async (options: VerifyOptions) => {
      const { pin, trust } = requireRegistryPin(options.anchor, cli.env);
      const kept = options.checkpoint === undefined ? undefined : await readText(options.checkpoint);
      const store = await openStore(options.store ?? defaultStore(cli));
      try {
        const genesis = { anchor: pin, verifierKey: pin.log_keys[0] ?? null };
        const audit = await verifyLog({
          store,
          trust,
          checkEntry: entryChecker(genesis),
          onProgress: (done, total) => cli.progress(bar(done, total)),
          ...(kept === undefined ? {} : { keptElsewhere: kept }),
        });
        cli.progress('');
        process.exitCode = reportAudit(cli, audit, options.json === true);
      } catch (error) {
        throw unreadable(error);
      } finally {
        await store.close();
      }
    });
}

function addShow(group: Command, cli: Cli): void {
  described(cli, group.command('show'), {
    zh: `显示日志条目（默认最后 ${SHOWN} 条）`,
    en: `show entries of the log, the last ${SHOWN} unless told otherwise`,
    example: 'log show --from 0 --to 10',
  })
    .option('--from <index>', cli.say({ zh: '自此条起', en: 'from this entry' }), reading(countOf, 'an index'))
    .option(
      '--to <index>',
      cli.say({ zh: '至此条之前', en: 'up to, not including, this entry' }),
      reading(countOf, 'an index'),
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
      const { trust } = requireRegistryPin(anchor, cli.env);
      const gateway = new GatewayClient(gatewayUrl(cli.env));
      const note = await fetchCheckpoint(gateway);
      const checkpoint = believeCheckpoint(note, trust);
      const before = save === undefined || !existsSync(save) ? null : believeCheckpoint(await readText(save), trust);
      if (before !== null) await assertExtends(gateway, before, checkpoint);
      if (save !== undefined) writeFileSync(save, note);
      if (json === true) return cli.printJson({ ...documentOf(checkpoint), since: before?.size ?? null, note });
      printCheckpoint(cli, checkpoint, before);
    });
}

function printCheckpoint(cli: Cli, checkpoint: VerifiedCheckpoint, before: VerifiedCheckpoint | null): void {
  const { origin, size, root, cosignatures } = documentOf(checkpoint);
  const signed = cli.say({ zh: '日志签名成立', en: "the log's signature verified" });
  cli.print(`${cli.paint('green', '✓')} ${printable(origin)}  ${size}  ${root}  ${signed}`);
  for (const { name, at } of cosignatures)
    cli.print(`  ${cli.say({ zh: '见证', en: 'witness' })}  ${printable(name)}  ${at}`);
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

function reportAudit(cli: Cli, { size, signedSize, findings }: LogAudit, json: boolean): 0 | 1 {
  const verified = findings.length === 0;
  if (json) {
    const listed = findings.map(({ code, index, detail }) => ({ code, entry: index ?? null, detail }));
    cli.printJson({ verified, size, signed_size: signedSize ?? null, findings: listed });
  } else {
    for (const finding of findings) cli.print(`${cli.paint('red', '✗')} ${findingText(cli, finding)}`);
  }
  if (!verified) {
    const [first] = findings;
    const what = first === undefined ? '' : findingText(cli, first);
    reportError(
      cli,
      CliError.of('log_invalid', { zh: `日志不可信：${what}`, en: `the log is not to be believed: ${what}` }),
    );
    return 1;
  }
  if (!json) {
    const said = {
      zh: `日志完整：${size} 条的散列、签名与权限判定全部成立，检查点覆盖 ${signedSize ?? 0} 条`,
      en: `the log is whole: hashes, signatures and decisions of all ${size} entries hold, ${signedSize ?? 0} of them under the signed checkpoint`,
    };
    cli.print(`${cli.paint('green', '✓')} ${cli.say(said)}`);
  }
  return 0;
}

function findingText(cli: Cli, { code, index, detail }: Finding): string {
  const where =
    index === undefined
      ? cli.say({ zh: '整个日志', en: 'the log' })
      : cli.say({ zh: `第 ${index} 条`, en: `entry ${index}` });
  return `${where}  ${code}  ${printable(detail)}`;
}

function anchored(cli: Cli, command: Command): Command {
  const text = cli.say({ zh: '带 registry 的信任锚文件', en: 'the anchor file, with its registry member' });
  return command.option('--anchor <file>', text).option(...jsonOption(cli));
}

function defaultStore({ env }: Cli): string {
  return env['HUREN_DATABASE_URL'] || join(env['HUREN_DATA_DIR'] || '.huren', 'log.sqlite');
}

async function openStore(where: string): Promise<LogReader> {
  try {
    // Loaded when wanted: a database client is slow to load, and other commands have no use for one.
    if (/^postgres(ql)?:\/\//.test(where)) {
      const { openPostgresStore } = await import('../../log/store-postgres.ts');
      return await openPostgresStore({ connectionString: where });
    }
    const { openSqliteReader } = await import('../../log/store-sqlite.ts');
    return openSqliteReader(where);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): unknown {
  if (!(error instanceof LogError)) return error;
  // A database address can hold a password: what is said is the room's own text alone.
  return CliError.of('log_unreadable', { zh: `日志无法读取：${error.code}`, en: `${error.code}: ${error.message}` });
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : done / total;
  const full = Math.round(share * BAR_CELLS);
  return `[${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}] ${done}/${total}`;
}

function countOf(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
