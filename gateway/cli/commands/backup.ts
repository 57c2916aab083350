import type { Command } from 'commander';
import { PARTS, type Part } from '../../recovery/archive.ts';
import type { Cli } from '../cli.ts';
import { packageVersion } from '../package-version.ts';
import { onlyOption, passphraseOf, placesOf, recovering } from '../recovery.ts';
import { described, jsonOption } from './command.ts';

interface BackupOptions {
  readonly only?: readonly Part[];
  readonly json?: boolean;
}

/** `backup`: what this node has to keep, sealed into one file, while it runs. */
export function addBackup(program: Command, cli: Cli): void {
  described(cli, program.command('backup').argument('<file>'), {
    zh: '把本节点须保存的内容（日志、统计、通行凭据、密钥）封存为一个文件；节点可照常运行',
    en: 'seal what this node has to keep (log, coverage, passes, keys) into one file, while it runs',
    example: 'backup huren-2026-11-26.backup',
  })
    .option(...onlyOption(cli))
    .option(...jsonOption(cli))
    .action(async (file: string, { only = PARTS, json }: BackupOptions) => {
      const passphrase = passphraseOf(cli);
      const { backUp } = await import('../../recovery/back-up.ts');
      const made = await recovering(() =>
        backUp({
          file,
          passphrase,
          places: placesOf(cli),
          parts: only,
          program: packageVersion(),
          nowS: Math.floor(Date.now() / 1000),
          onProgress: (part, done) => cli.progress(`${part} ${done}`),
        }),
      );
      cli.progress('');
      if (json === true) return cli.printJson({ file, ...made });
      const { log, rows, files, bytes } = made;
      cli.print(`${cli.paint('green', '✓')} ${cli.say({ zh: `已封存：${file}`, en: `sealed in ${file}` })}`);
      cli.print(`  ${cli.say({ zh: '日志', en: 'log  ' })}  ${log === null ? '–' : `${log.size}  ${log.root}`}`);
      cli.print(`  ${cli.say({ zh: '行  ', en: 'rows ' })}  ${rows}`);
      cli.print(`  ${cli.say({ zh: '文件', en: 'files' })}  ${files}`);
      cli.print(`  ${cli.say({ zh: '大小', en: 'bytes' })}  ${bytes}`);
      const next = { zh: '存放他处；口令另存', en: 'keep it elsewhere, and the passphrase somewhere else again' };
      cli.print(`  ${cli.say({ zh: '下一步：', en: 'next   ' })}${cli.say(next)}`);
    });
}
