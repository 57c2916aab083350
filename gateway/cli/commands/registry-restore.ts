import { join } from 'node:path';
import type { Command } from 'commander';
import { LogError } from '../../log/log-error.ts';
import { treeRoot } from '../../log/merkle-proof.ts';
import type { LogReader } from '../../log/store.ts';
import { type KeptCheckpoint, lossOf, readKept, setAside } from '../../registry/kept-checkpoint.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { reportError } from '../report.ts';
import { described, jsonOption } from './command.ts';
import { defaultStore, openStore, unreadable } from './log-verify.ts';

interface RestoreOptions {
  readonly acceptLoss?: boolean;
  readonly store?: string;
  readonly json?: boolean;
}

/** What the store is, beside what was signed. Roots are Base64. */
interface Comparison {
  readonly state: 'whole' | 'log_shorter' | 'log_other';
  readonly kept: { readonly size: number; readonly root: string };
  /** `root_at_kept`: of as many entries as the kept checkpoint has; null where the store has fewer. */
  readonly store: { readonly size: number; readonly root: string; readonly root_at_kept: string | null };
}

/** `registry restore`: lets a gateway start on a store that is shorter or other than what it signed, once a person says so. */
export function addRestore(group: Command, cli: Cli): void {
  const { say } = cli;
  described(cli, group.command('restore'), {
    zh: '对照存储外保存的检查点；确认损失后，允许以较短或不同的日志启动',
    en: 'compare the store with the checkpoint kept outside it; once the loss is accepted, let the gateway start on it',
    example: 'registry restore --accept-loss',
  })
    .option('--accept-loss', say({ zh: '接受所示的损失', en: 'accept the loss that is shown' }))
    .option(
      '--store <where>',
      say({ zh: 'SQLite 文件或 PostgreSQL 地址', en: 'an SQLite file or a PostgreSQL address' }),
    )
    .option(...jsonOption(cli))
    .action(async ({ acceptLoss, store, json }: RestoreOptions) => {
      const path = join(cli.env['HUREN_DATA_DIR'] || '.huren', 'last-checkpoint.txt');
      const kept = keptAt(path);
      const compared = await compare(kept, await openStore(store ?? defaultStore(cli)));
      const isLost = compared.state !== 'whole';
      const aside = isLost && acceptLoss === true ? setAside(path, kept) : null;
      if (json === true) cli.printJson({ ...compared, accepted: aside !== null, set_aside: aside });
      else printComparison(cli, compared, aside);
      if (!isLost || aside !== null) return;
      const text = {
        zh: `日志与已签名的检查点不符（${compared.state}）`,
        en: `the log is not the one that was signed (${compared.state})`,
      };
      reportError(cli, CliError.of('loss_not_accepted', text));
      process.exitCode = 1;
    });
}

function keptAt(path: string): KeptCheckpoint {
  try {
    const kept = readKept(path);
    if (kept !== null) return kept;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
  }
  throw CliError.of('file_unreadable', {
    zh: `${path} 不存在，或不是检查点`,
    en: `${path} is not there, or holds no checkpoint`,
  });
}

async function compare(kept: KeptCheckpoint, store: LogReader): Promise<Comparison> {
  try {
    const loss = await lossOf(kept, store);
    const { size, root } = await store.head();
    const at = size < kept.size ? null : await treeRoot(kept.size, (nodes) => store.hashes(nodes));
    return {
      state: loss === null ? 'whole' : loss.code === 'log_shorter' ? 'log_shorter' : 'log_other',
      kept: { size: kept.size, root: base64(kept.root) },
      store: { size, root: base64(root), root_at_kept: at === null ? null : base64(at) },
    };
  } catch (error) {
    throw unreadable(error instanceof RegistryError && error.cause instanceof LogError ? error.cause : error);
  } finally {
    await store.close();
  }
}

function printComparison(cli: Cli, { state, kept, store }: Comparison, aside: string | null): void {
  const { say, print } = cli;
  print(`  ${say({ zh: '已签名', en: 'signed  ' })}  ${kept.size}  ${kept.root}`);
  print(`  ${say({ zh: '存储中', en: 'in store' })}  ${store.size}  ${store.root}`);
  if (store.root_at_kept !== null && state === 'log_other') {
    print(`  ${say({ zh: `存储中前 ${kept.size} 条`, en: `its first ${kept.size}` })}  ${store.root_at_kept}`);
  }
  if (state === 'whole') {
    print(
      say({
        zh: '日志包含全部已签名的条目，无需处理。',
        en: 'The log has all that was signed: nothing is to be done.',
      }),
    );
    return;
  }
  if (aside === null) return;
  print(
    say({ zh: `旧检查点已移至 ${aside}，作为证据保留。`, en: `The old checkpoint is now ${aside}, kept as evidence.` }),
  );
  print(
    say({
      zh: '所有跟随此日志的节点都会报告分叉（registry_forked）并停用新状态：这是应有的结果。请由国家锚点公告，并更换日志密钥。',
      en: 'Every node that follows this log will report a fork (registry_forked) and take nothing new from it. That is intended: the national anchor has to announce what happened, and to replace the log key.',
    }),
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
