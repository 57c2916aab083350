import type { Command } from 'commander';
import type { Finding } from '../../compose/checks/run-config-check.ts';
import { type Cli, printable } from '../cli.ts';
import { tableRows } from '../table.ts';
import { described, describedGroup, jsonOption } from './command.ts';

const MARKS = { good: '✓', bad: '✗', unused: '–' } as const;
const COLOURS = { good: 'green', bad: 'red', unused: 'gray' } as const;

/** `config check`: whether a server would start here with these settings, and what to mend before it does. */
export function addConfig(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('config'), {
    zh: 'HUREN_* 设置',
    en: 'the HUREN_* settings',
    example: 'config check',
  });
  described(cli, group.command('check'), {
    zh: '逐项检查设置、文件、密钥、存储、注册表、信任链、时钟与本机，而不启动服务',
    en: 'try settings, files, keys, stores, registry, chain, clock and machine, without serving',
    example: 'config check --json',
  })
    .option('--sandbox', cli.say({ zh: '按沙箱模式检查', en: 'as for serve --sandbox' }), false)
    .option(...jsonOption(cli))
    .action(async ({ sandbox, json }: { sandbox: boolean; json?: boolean }) => {
      const { runConfigCheck } = await import('../../compose/checks/run-config-check.ts');
      const findings = await runConfigCheck(cli.env, { sandbox });
      const failed = findings.filter(({ outcome }) => outcome === 'bad').length;
      const passed = findings.filter(({ outcome }) => outcome === 'good').length;
      if (json === true) cli.printJson({ findings, passed, failed });
      else print(cli, findings);
      if (failed > 0) process.exitCode = 1;
    });
}

function print(cli: Cli, findings: readonly Finding[]): void {
  const rows = findings.map(({ setting, check, outcome, found }) => [
    MARKS[outcome],
    setting,
    check,
    printable(cli.say(found)),
  ]);
  for (const [at, [first = '', ...below]] of tableRows(rows).entries()) {
    const finding = findings[at];
    if (finding === undefined) continue;
    cli.print(`${cli.paint(COLOURS[finding.outcome], first.slice(0, 1))}${first.slice(1)}`);
    for (const line of below) cli.print(line);
    if (finding.next !== null) {
      cli.print(`     ${cli.say({ zh: '下一步：', en: 'next: ' })}${printable(cli.say(finding.next))}`);
    }
  }
}
