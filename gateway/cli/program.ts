import { Command, Option } from 'commander';
import { unknownSettings } from '../../schemas/settings/unknown-settings.ts';
import { ConfigError } from '../compose/config.ts';
import { trustCaFile } from '../upstream/ca-file.ts';
import type { Cli } from './cli.ts';
import { describedGroup } from './commands/command.ts';
import { packageVersion } from './package-version.ts';
import { noteText, usageText } from './usage-text.ts';

const TITLES = new Map([
  ['Usage:', '用法：'],
  ['Arguments:', '参数：'],
  ['Options:', '选项：'],
  ['Global Options:', '全局选项：'],
  ['Commands:', '命令：'],
]);

type AddCommand = (program: Command, cli: Cli) => void;

/** By name, as help lists them. Each is loaded where it is needed: together they take longer to load than most take to run. */
const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['serve', async () => (await import('./commands/serve.ts')).addServe],
  ['config', async () => (await import('./commands/config.ts')).addConfig],
  ['scan', async () => (await import('./commands/scan.ts')).addScan],
  ['verify', async () => (await import('./commands/verify.ts')).addVerify],
  ['pass', async () => (await import('./commands/pass.ts')).addPass],
  ['demo', async () => (await import('./commands/demo.ts')).addDemo],
  ['sandbox', async () => (await import('./commands/sandbox.ts')).addSandbox],
  ['nation', async () => (await import('./commands/nation.ts')).addNation],
  ['keys', async () => (await import('./commands/keys.ts')).addKeys],
  ['registry', async () => (await import('./commands/registry.ts')).addRegistry],
  ['authority', async () => (await import('./commands/authority.ts')).addAuthority],
  ['event', async () => (await import('./commands/event.ts')).addEvent],
  ['adapter', async () => (await import('./commands/adapter.ts')).addAdapter],
  ['policy', async () => (await import('./commands/policy.ts')).addPolicy],
  ['mandate', async () => (await import('./commands/mandate.ts')).addMandate],
  ['credentials', async () => (await import('./commands/credentials.ts')).addCredentials],
  ['log', async () => (await import('./commands/log.ts')).addLog],
  ['coverage', async () => (await import('./commands/coverage.ts')).addCoverage],
  ['trust', async () => (await import('./commands/trust.ts')).addTrust],
  ['audit', async () => (await import('./commands/audit.ts')).addAudit],
  ['backup', async () => (await import('./commands/backup.ts')).addBackup],
  ['restore', async () => (await import('./commands/restore.ts')).addRestore],
  ['completion', async () => (await import('./commands/completion.ts')).addCompletion],
]);

/**
 * The command that a line names; every command where it names none, or `completion`, which speaks of all. A usage error
 * is thrown as a CommanderError after it was reported.
 */
export async function createProgram(cli: Cli, argv: readonly string[] = []): Promise<Command> {
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
      // Beside a long list of arguments a text is narrow, and still no line of 150 columns.
      minWidthToWrap: 20,
      styleTitle: (title) => (cli.language === 'zh' ? (TITLES.get(title) ?? title) : title),
      styleOptionDescription: (text) => noteText(text, cli.language),
      styleArgumentDescription: (text) => noteText(text, cli.language),
    })
    .configureOutput({
      outputError: (text, write) => {
        write(`huren: usage_invalid: ${usageText(text, cli.language)}\n`);
        write(`  ${cli.say({ zh: '下一步：加 --help 查看用法', en: 'next: see the usage with --help' })}\n`);
      },
    });
  for (const load of neededFor(argv)) (await load())(program, cli);
  return program;
}

function neededFor(argv: readonly string[]): (() => Promise<AddCommand>)[] {
  const words = argv.slice(2);
  const name = words.find((word, at) => !word.startsWith('-') && words[at - 1] !== '--lang');
  const named = name === undefined || name === 'completion' ? undefined : COMMANDS.get(name);
  return named === undefined ? [...COMMANDS.values()] : [named];
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
