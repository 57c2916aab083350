import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../log/findings.ts';
import { LogError } from '../../log/log-error.ts';
import type { LogReader } from '../../log/store.ts';
import { type LogAudit, verifyLog } from '../../log/verify-log.ts';
import { entryChecker } from '../../registry/apply-entry.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { readText } from '../json-file.ts';
import { trustOffline } from '../log-trust.ts';
import { progressBar } from '../progress.ts';
import { requireRegistryPin } from '../registry-pin.ts';
import { reportError } from '../report.ts';
import { lineCells, wrapped } from '../table.ts';
import { described, jsonOption } from './command.ts';

interface VerifyOptions {
  readonly anchor?: string;
  readonly json?: boolean;
  readonly store?: string;
  readonly checkpoint?: string;
}

/** `log verify`: re-checks a store from entry 0, beside the gateway that writes it or without one. */
export function addLogVerify(group: Command, cli: Cli): void {
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
      const pinned = requireRegistryPin(options.anchor, cli.env);
      const kept = options.checkpoint === undefined ? undefined : await readText(options.checkpoint);
      const store = await openStore(options.store ?? defaultStore(cli));
      try {
        const genesis = { anchor: pinned.pin, logKeys: pinned.pin.log_keys };
        const audit = await verifyLog({
          store,
          trust: await trustOffline(pinned, store, kept),
          checkEntry: entryChecker(genesis).check,
          onProgress: (done, total) => cli.progress(progressBar(done, total)),
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

/** Adds `--anchor` and `--json`. */
export function anchored(cli: Cli, command: Command): Command {
  const text = cli.say({ zh: '带 registry 的信任锚文件', en: 'the anchor file, with its registry member' });
  return command.option('--anchor <file>', text).option(...jsonOption(cli));
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
    for (const line of wrapped(`${cli.paint('green', '✓')} ${cli.say(said)}`, lineCells(), '  ')) cli.print(line);
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

export function defaultStore({ env }: Cli): string {
  return env['HUREN_DATABASE_URL'] || join(env['HUREN_DATA_DIR'] || '.huren', 'log.sqlite');
}

export async function openStore(where: string): Promise<LogReader> {
  try {
    // Loaded when wanted: a database client is slow to load, and other commands have no use for one.
    if (/^postgres(ql)?:\/\//.test(where)) {
      const { openPostgresReader } = await import('../../log/postgres-reader.ts');
      return openPostgresReader(where);
    }
    const { openSqliteReader } = await import('../../log/store-sqlite.ts');
    return openSqliteReader(where);
  } catch (error) {
    throw unreadable(error);
  }
}

export function unreadable(error: unknown): unknown {
  if (!(error instanceof LogError)) return error;
  // A database address can hold a password: what is said is the room's own text alone.
  return CliError.of('log_unreadable', { zh: `日志无法读取：${error.code}`, en: `${error.code}: ${error.message}` });
}
