import type { Command } from 'commander';
import { PARTS, type Part } from '../../recovery/archive.ts';
import type { Restored } from '../../recovery/restore.ts';
import { type Cli, printable } from '../cli.ts';
import { GatewayClient } from '../gateway-client.ts';
import { readText } from '../json-file.ts';
import { onlyOption, passphraseOf, placesOf, recovering } from '../recovery.ts';
import { tableLines } from '../table.ts';
import { described, jsonOption } from './command.ts';

interface RestoreOptions {
  readonly only?: readonly Part[];
  readonly check?: boolean;
  readonly moved?: boolean;
  readonly acceptLoss?: boolean;
  readonly unconfirmed?: boolean;
  readonly checkpoint?: readonly string[];
  readonly json?: boolean;
}

const OUTCOMES = {
  consistent: { zh: '一致', en: 'consistent' },
  older: { zh: '其所见更长', en: 'has seen more' },
  other: { zh: '其所见不同', en: 'has seen another one' },
  foreign: { zh: '由未知密钥签名', en: 'signed by an unknown key' },
  unreachable: { zh: '不可达', en: 'no answer' },
} as const;

/** What is put back with --moved alone. */
const LEFT_OUT = {
  coverage: { zh: '报告序号', en: 'report numbers' },
  passes: { zh: '通行凭据', en: 'passes' },
} as const;

/** `restore`: puts back what a backup has, where none of it is, and no log that is older than what others saw. */
export function addRestore(program: Command, cli: Cli): void {
  const { say } = cli;
  described(cli, program.command('restore').argument('<file>'), {
    zh: '恢复一个备份；已有数据时、备份损坏时、或日志旧于他人所见时拒绝',
    en: 'put back a backup: not over other data, not from a damaged file, and no log older than what others have seen',
    example: 'restore huren-2026-11-26.backup --check',
  })
    .option(...onlyOption(cli))
    .option('--check', say({ zh: '只检查，不写入', en: 'only check it; write nothing' }))
    .option(
      '--moved',
      say({
        zh: '备份前节点已停，此后未再运行：连同通行凭据与报告序号一并恢复',
        en: 'the node was stopped before the backup and has not run since: passes and report numbers go on',
      }),
    )
    .option(
      '--checkpoint <file...>',
      say({ zh: '另存他处的检查点（见证者、审计方）', en: 'checkpoints kept elsewhere: a witness’s, an auditor’s' }),
    )
    .option('--accept-loss', say({ zh: '接受日志旧于他人所见', en: 'accept a log older than what others have seen' }))
    .option('--unconfirmed', say({ zh: '接受无人可确认的日志', en: 'accept a log that nobody could confirm' }))
    .option(...jsonOption(cli))
    .action(async (file: string, options: RestoreOptions) => {
      const passphrase = passphraseOf(cli);
      const { restore } = await import('../../recovery/restore.ts');
      const notes = (options.checkpoint ?? []).map(async (by) => ({ by, note: await readText(by) }));
      const elsewhere = await Promise.all(notes);
      const restored = await recovering(() =>
        restore({
          file,
          passphrase,
          places: placesOf(cli),
          parts: options.only ?? PARTS,
          checkOnly: options.check === true,
          moved: options.moved === true,
          acceptLoss: options.acceptLoss === true,
          unconfirmed: options.unconfirmed === true,
          elsewhere,
          fetchBytes: {
            get: async (url) => {
              const { origin } = new URL(url);
              return { status: 200, bytes: await new GatewayClient(origin).bytes(url.slice(origin.length)) };
            },
          },
          onProgress: (part, done) => cli.progress(`${part} ${done}`),
        }),
      );
      cli.progress('');
      if (options.json === true) cli.printJson({ file, written: options.check !== true, ...restored });
      else print(cli, file, restored, options.check === true);
    });
}

function print(cli: Cli, file: string, restored: Restored, checkOnly: boolean): void {
  const { say, print } = cli;
  const { log, rows, files, made_s, program, sightings, left_out, set_aside } = restored;
  const done = checkOnly
    ? say({ zh: `备份完好：${file}`, en: `${file} is whole` })
    : say({ zh: `已恢复：${file}`, en: `restored ${file}` });
  print(`${cli.paint('green', '✓')} ${done}`);
  print(
    `  ${say({ zh: '备份于', en: 'made ' })}  ${new Date(made_s * 1000).toISOString()}  huren ${printable(program)}`,
  );
  print(`  ${say({ zh: '日志', en: 'log  ' })}  ${log === null ? '–' : `${log.size}  ${log.root}`}`);
  for (const line of tableLines(
    sightings.map(({ by, outcome, size }) => [by, String(size ?? '–'), say(OUTCOMES[outcome])]),
  )) {
    print(`         ${printable(line)}`);
  }
  print(`  ${say({ zh: '行  ', en: 'rows ' })}  ${rows}`);
  print(`  ${say({ zh: '文件', en: 'files' })}  ${files}`);
  const leftOut = (['coverage', 'passes'] as const).filter((name) => left_out.some((table) => table.startsWith(name)));
  if (leftOut.length > 0) {
    const what = leftOut.map((name) => say(LEFT_OUT[name])).join(say({ zh: '、', en: ', ' }));
    print(`  ${say({ zh: `未恢复：${what}（此后可能已变）`, en: `left out  ${what}: they may have changed since` })}`);
  }
  if (set_aside !== null) {
    print(`  ${say({ zh: `旧检查点已移至 ${set_aside}`, en: `the checkpoint kept before is now ${set_aside}` })}`);
  }
  if (checkOnly) return;
  print(
    `  ${say({ zh: '下一步：huren config check，然后启动节点', en: 'next   huren config check, then start the node' })}`,
  );
}
