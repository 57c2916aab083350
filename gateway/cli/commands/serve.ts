import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, ConfigError, readConfig } from '../../compose/config.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient } from '../gateway-client.ts';
import { becomesReady, tellingProgress } from '../readiness-wait.ts';
import { reportError } from '../report.ts';
import { sandboxCodes } from '../sandbox-api.ts';
import { type Running, stopOnSignal } from '../serving.ts';
import { settingsText } from '../settings-text.ts';
import { shellQuote } from '../shell-line.ts';
import { described } from './command.ts';

const DEFAULT_PORT = '8080';

/** `serve`: a gateway in this process until it is told to stop. */
export function addServe(program: Command, cli: Cli): void {
  described(cli, program.command('serve'), {
    zh: '启动网关；设置取自 HUREN_* 环境变量',
    en: 'start a gateway; its settings are the HUREN_* variables',
    example: 'serve --sandbox',
  })
    .addHelpText('after', () => `\n${settingsText(cli)}`)
    .option('--sandbox', cli.say({ zh: '连同模拟的省份与场所', en: 'with simulated provinces and venues' }), false)
    .action(async ({ sandbox }: { sandbox: boolean }) => {
      const gateway = await startOrEnd(cli, sandbox);
      const stopped = stopOnSignal(cli, gateway);
      const ended = new AbortController();
      const url = reachable(gateway.url);
      const isReady = await Promise.race([becomesReady(cli, url, ended.signal), stopped.then(() => false)]);
      if (isReady) await printPages(cli, url, sandbox);
      await stopped;
      ended.abort();
      // Whatever still holds a timer must not keep a gateway alive that has stopped.
      process.exit(0);
    });
}

/** What a start that failed half-way has begun (a child, a connection) must not keep this process alive. */
async function startOrEnd(cli: Cli, sandbox: boolean): Promise<Running> {
  try {
    return await tellingProgress(cli, start(cli, sandbox));
  } catch (error) {
    const isSetting = error instanceof ConfigError;
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const text = isSetting ? error.text : { zh: reason, en: reason };
    const failure = CliError.of(isSetting ? 'config_invalid' : 'start_failed', text);
    reportError(cli, failure);
    process.exit(failure.exit);
  }
}

async function start(cli: Cli, sandbox: boolean): Promise<Running> {
  const config = readConfig(cli.env, { sandbox });
  return sandbox ? await startPlayed(config) : await startOwn(config);
}

async function startOwn(config: Config): Promise<Running> {
  if (config.workers > 1) {
    const { startWorkers } = await import('../../compose/workers.ts');
    return await startWorkers(config);
  }
  const { startNode } = await import('../../compose/node.ts');
  return await startNode(config);
}

async function startPlayed(config: Config): Promise<Running> {
  if (config.workers > 1) {
    const { startSandboxWorkers } = await import('../../sandbox/workers.ts');
    return await startSandboxWorkers(config);
  }
  const { startSandboxNode } = await import('../../sandbox/start.ts');
  return await startSandboxNode(config);
}

async function printPages(cli: Cli, url: string, sandbox: boolean): Promise<void> {
  cli.print(cli.say({ zh: `互认网关已就绪：${url}`, en: `Huren gateway is ready at ${url}` }));
  cli.print(`  ${cli.say({ zh: '页面', en: 'pages    ' })}  ${url}/`);
  cli.print(`  ${cli.say({ zh: '扫码', en: 'scanner  ' })}  ${url}/scan`);
  cli.print(`  ${cli.say({ zh: '接口', en: 'API      ' })}  ${url}/docs`);
  cli.print(`  ${cli.say({ zh: '互认', en: 'coverage ' })}  ${url}/coverage`);
  if (!sandbox) return;
  const line = await scanLine(cli, url);
  cli.print(cli.say({ zh: '在另一个终端扫描一个河南绿码：', en: 'Scan a Henan green in another terminal:' }));
  cli.print(`  ${line}`);
  cli.print(cli.say({ zh: '按 Ctrl-C 停止。', en: 'Ctrl-C stops everything.' }));
}

async function scanLine(cli: Cli, url: string): Promise<string> {
  const codes = await sandboxCodes(new GatewayClient(url));
  const green = codes.find(({ province, scenario }) => province === '410000' && scenario === 'green') ?? codes[0];
  const dataDir = cli.env['HUREN_DATA_DIR'];
  const settings = [
    ...(url === `http://127.0.0.1:${DEFAULT_PORT}` ? [] : [`HUREN_URL=${shellQuote(url)}`]),
    ...(dataDir === undefined || dataDir === '' ? [] : [`HUREN_DATA_DIR=${shellQuote(resolve(dataDir))}`]),
  ];
  // An installed package is run by its own name, a checkout by npm.
  const huren = import.meta.url.includes('/node_modules/') ? ['huren'] : ['npm', 'run', '-s', 'huren', '--'];
  return [...settings, ...huren, 'scan', `'${(green?.code ?? '').replaceAll("'", `'\\''`)}'`].join(' ');
}

/** A wildcard address can be listened on, not visited. */
function reachable(url: string): string {
  const at = new URL(url);
  if (at.hostname === '0.0.0.0') at.hostname = '127.0.0.1';
  if (at.hostname === '[::]') at.hostname = '[::1]';
  return at.origin;
}
