import { Command, Option } from 'commander';
import { unknownSettings } from '../../schemas/settings/unknown-settings.ts';
import { ConfigError } from '../compose/config.ts';
import { trustCaFile } from '../upstream/ca-file.ts';
import type { Cli } from './cli.ts';
import { addAdapter } from './commands/adapter.ts';
import { addAudit } from './commands/audit.ts';
import { addAuthority } from './commands/authority.ts';
import { addBackup } from './commands/backup.ts';
import { describedGroup } from './commands/command.ts';
import { addCompletion } from './commands/completion.ts';
import { addConfig } from './commands/config.ts';
import { addCoverage } from './commands/coverage.ts';
import { addCredentials } from './commands/credentials.ts';
import { addDemo } from './commands/demo.ts';
import { addEvent } from './commands/event.ts';
import { addKeys } from './commands/keys.ts';
import { addLog } from './commands/log.ts';
import { addMandate } from './commands/mandate.ts';
import { addNation } from './commands/nation.ts';
import { addPass } from './commands/pass.ts';
import { addPolicy } from './commands/policy.ts';
import { addRegistry } from './commands/registry.ts';
import { addRestore } from './commands/restore.ts';
import { addSandbox } from './commands/sandbox.ts';
import { addScan } from './commands/scan.ts';
import { addServe } from './commands/serve.ts';
import { addTrust } from './commands/trust.ts';
import { addVerify } from './commands/verify.ts';
import { packageVersion } from './package-version.ts';
import { usageText } from './usage-text.ts';

const TITLES = new Map([
  ['Usage:', '用法：'],
  ['Arguments:', '参数：'],
  ['Options:', '选项：'],
  ['Global Options:', '全局选项：'],
  ['Commands:', '命令：'],
]);

/** Every command. A usage error is thrown as a CommanderError after it was reported. */
export function createProgram(cli: Cli): Command {
  const program = describedGroup(cli, new Command('huren'), {
    zh: '互认：健康码跨省互认网关',
    en: 'Huren: mutual recognition of health codes between provinces',
    example: 'serve --sandbox',
  })
    .version(packageVersion(), '-V, --version', cli.say({ zh: '显示版本', en: 'show the version' }))
    .addOption(new Option('--lang <language>', cli.say({ zh: '语言', en: 'language of texts' })).choices(['zh', 'en']))
    .hook('preAction', (_program, command) => applySettings(cli, command))
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => (cli.language === 'zh' ? (TITLES.get(title) ?? title) : title),
    })
    .configureOutput({
      outputError: (text, write) => {
        write(`huren: usage_invalid: ${usageText(text, cli.language)}\n`);
        write(`  ${cli.say({ zh: '下一步：加 --help 查看用法', en: 'next: see the usage with --help' })}\n`);
      },
    });
  for (const add of [
    addServe,
    addConfig,
    addScan,
    addVerify,
    addPass,
    addDemo,
    addSandbox,
    addNation,
    addKeys,
    addRegistry,
    addAuthority,
    addEvent,
    addAdapter,
    addPolicy,
    addMandate,
    addCredentials,
    addLog,
    addCoverage,
    addTrust,
    addAudit,
    addBackup,
    addRestore,
    addCompletion,
  ])
    add(program, cli);
  return program;
}

/**
 * What every command does first, but for `config check`, which tells everything that is wrong instead of ending at it. A
 * misspelt variable that is ignored would have a command ask another gateway, or sign with other keys, than was meant.
 */
function applySettings({ env }: Cli, { parent }: Command): void {
  if (parent?.name() === 'config') return;
  const [first] = unknownSettings(env);
  if (first !== undefined) throw ConfigError.of(first);
  trustCaFile(env['HUREN_CA_FILE'] || null);
}
