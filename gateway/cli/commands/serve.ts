import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, ConfigError, readConfig } from '../../compose/config.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient } from '../gateway-client.ts';
import { sandboxCodes } from '../sandbox-api.ts';
import { shellQuote } from '../shell-line.ts';
import { described } from './command.ts';

const DEFAULT_PORT = '8080';
/** One Ctrl-C reaches this process from the terminal and from every parent that forwards it (npm does). */
const SAME_KEYPRESS_MS = 1000;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** One process or several. `restart` replaces several one after another. */
interface Running {
  readonly url: string;
  readonly close: () => Promise<void>;
  readonly restart?: () => Promise<void>;
}

/** `serve`: a gateway in this process until it is told to stop. */
export function addServe(program: Command, cli: Cli): void {
  described(cli, program.command('serve'), {
    zh: '启动网关；设置取自 HUREN_* 环境变量',
    en: 'start a gateway; its settings are the HUREN_* variables',
    example: 'serve --sandbox',
  })
    .option('--sandbox', cli.say({ zh: '连同模拟的省份与场所', en: 'with simulated provinces and venues' }), false)
    .action(async ({ sandbox }: { sandbox: boolean }) => {
      const stopped = Promise.withResolvers<void>();
      const gateway = await start(cli, sandbox);
      stopOnSignal(cli, gateway, stopped);
      await printPages(cli, gateway.url, sandbox);
      await stopped.promise;
      // Whatever still holds a timer must not keep a gateway alive that has stopped.
      process.exit(0);
    });
}

async function start(cli: Cli, sandbox: boolean): Promise<Running> {
  try {
    const config = readConfig(cli.env);
    return sandbox ? await startPlayed(config) : await startOwn(config);
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw CliError.of(error instanceof ConfigError ? 'config_invalid' : 'start_failed', { zh: reason, en: reason });
  }
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

function stopOnSignal(cli: Cli, gateway: Running, stopped: PromiseWithResolvers<void>): void {
  let firstAtMs: number | null = null;
  const onSignal = (signal: keyof typeof SIGNAL_NUMBERS) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      cli.print(cli.say({ zh: '正在停止……', en: 'stopping…' }));
      gateway.close().then(stopped.resolve, stopped.reject);
    } else if (performance.now() - firstAtMs > SAME_KEYPRESS_MS) {
      process.exit(128 + SIGNAL_NUMBERS[signal]);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const { restart } = gateway;
  if (restart === undefined) return;
  process.on('SIGHUP', () => {
    restart().catch(() => cli.print(cli.say({ zh: '重启未完成', en: 'the restart did not complete' })));
  });
}

async function printPages(cli: Cli, listeningUrl: string, sandbox: boolean): Promise<void> {
  const url = reachable(listeningUrl);
  cli.print(cli.say({ zh: `互认网关已就绪：${url}`, en: `Huren gateway is ready at ${url}` }));
  cli.print(`  ${cli.say({ zh: '页面', en: 'pages    ' })}  ${url}/`);
  cli.print(`  ${cli.say({ zh: '接口', en: 'API      ' })}  ${url}/docs`);
  cli.print(`  ${cli.say({ zh: '互认', en: 'coverage ' })}  ${url}/v1/coverage`);
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
