import type { Command } from 'commander';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import type { Cli, Environment } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { scanCode } from '../scan-code.ts';
import { shellQuote } from '../shell-line.ts';
import { tableLines } from '../table.ts';
import { readTrust } from '../trust-material.ts';
import { obtainAccess } from '../venue-access.ts';
import { described, jsonOption, reading } from './command.ts';

type NationRoom = typeof import('../../sandbox/nation/index.ts');
type Nation = Parameters<NationRoom['mapOf']>[0];
type Drills = NationRoom['ALL_DRILLS'];
type Report = Awaited<ReturnType<NationRoom['checkNation']>>;
type Scan = Awaited<ReturnType<NationRoom['readyScans']>>[number];
type Outcome = Awaited<ReturnType<Parameters<NationRoom['withNation']>[0]['scanner']>>;

interface NationOptions {
  readonly nodes: number;
  readonly dir?: string;
  readonly port?: number;
  readonly check?: boolean;
  readonly drill?: readonly string[];
  readonly json?: boolean;
}

const DEFAULT_NODES = 3;

/** `nation`: a nation of separate parties on this machine, every role a process of its own. */
export function addNation(program: Command, cli: Cli): void {
  const { say } = cli;
  described(cli, program.command('nation'), {
    zh: '在本机启动一个由多方组成的全国系统：每个角色一个进程、一个目录、一个地址',
    en: 'start a nation of separate parties on this machine: a process, a directory and an address for every role',
    example: 'nation --nodes 3',
  })
    .option('--nodes <n>', say({ zh: '省份数', en: 'how many provinces' }), wholeNumber(say, 2, 15), DEFAULT_NODES)
    .option('--dir <dir>', say({ zh: '保留各方目录于此（须为空）', en: 'keep the directories here (an empty one)' }))
    .option(
      '--port <port>',
      say({ zh: '所有地址使用此端口', en: 'the port of every address' }),
      wholeNumber(say, 1, 65_535),
    )
    .option(
      '--check',
      say({ zh: '扫描所有省份对并运行演练，然后结束', en: 'scan every pair, run the drills, and end' }),
    )
    .option(
      '--drill <names>',
      say({ zh: '只运行这些演练（逗号分隔）', en: 'run these drills alone (a comma between)' }),
      list,
    )
    .option(...jsonOption(cli))
    .action((options: NationOptions) => run(cli, options));
}

async function run(cli: Cli, options: NationOptions): Promise<void> {
  const { nodes, dir = null, port = null } = options;
  if (options.drill !== undefined && options.check !== true) throw drillUnasked();
  const room = await import('../../sandbox/nation/index.ts');
  const drills = chosenDrills(options.drill, room);
  const stopping = stopOnSignal();
  const watch = { stopped: stopping.signal, onEnded: tellerOfEnds(cli) };
  const wish = { nodes, dir, port, scanner: scan, ...watch, onStep: teller(cli, options) };
  try {
    await room.withNation(wish, (nation) =>
      options.check === true
        ? check(cli, nation, { ...options, drills }, room)
        : show(cli, nation, options, room, stopping.signal),
    );
  } catch (error) {
    if (stopping.signal.aborted) return;
    if (!(error instanceof room.NationError)) throw error;
    throw CliError.of('start_failed', { zh: error.message, en: error.message });
  } finally {
    stopping.release();
  }
}

/** Asks as a venue does, with the settings of a person there and nothing of this process's. */
async function scan({ settings, code }: { readonly settings: Environment; readonly code: string }): Promise<Outcome> {
  const gateway = new GatewayClient(gatewayUrl(settings));
  const found = await scanCode(await obtainAccess(gateway, settings), readTrust({}, settings), { code });
  if (found.kind === 'problem') return { kind: 'problem', problem: found.problem.code };
  const { status, decision, assurance, attestation, evidence } = found.reply;
  const { checked } = found;
  return {
    kind: 'answer',
    status,
    decision,
    verified: checked.verified,
    fault: checked.verified ? null : checked.code,
    assurance,
    adapter: checked.verified ? checked.claims.adapter : null,
    chain: checked.chain,
    attestation,
    evidence,
  };
}

async function show(
  cli: Cli,
  nation: Nation,
  { json }: NationOptions,
  room: NationRoom,
  stopped: AbortSignal,
): Promise<void> {
  const [map, scans] = [room.mapOf(nation), await room.readyScans(nation)];
  if (json === true) cli.printJson({ map, scans });
  else {
    for (const line of tableLines(
      map.map(({ party, part, pid, url, dir }) => [cli.say(party), part, url, String(pid ?? '-'), dir]),
    )) {
      cli.print(line);
    }
    for (const one of scans) printScan(cli, one);
    cli.print(`\n${cli.say({ zh: '按 Ctrl-C 停止全部。', en: 'Ctrl-C stops everything.' })}`);
    // They are answered a little later than provinces' codes: nobody who starts a nation waits for that.
    const scan = await room.certificateScan(nation).catch((error: unknown) => {
      if (error instanceof room.NationError) return stopped.aborted ? null : error;
      throw error;
    });
    if (scan instanceof room.NationError) cli.note(`huren: ${scan.message}`);
    else if (scan !== null) printScan(cli, scan);
  }
  await aborted(stopped);
  cli.progress(cli.say({ zh: '正在停止……', en: 'stopping…' }));
}

function printScan(cli: Cli, { about, settings, code }: Scan): void {
  cli.print(`\n${cli.say(about)}`);
  const set = Object.entries(settings).map(([name, value]) => `${name}=${shellQuote(value)}`);
  cli.print(`  ${[...set, 'npm run -s huren -- scan', shellQuote(code)].join(' ')}`);
}

async function check(
  cli: Cli,
  nation: Nation,
  { json, drills }: NationOptions & { readonly drills: Drills },
  room: NationRoom,
): Promise<void> {
  const report = await room.checkNation(nation, drills, (name) => cli.progress(`${cli.say(DRILL)} ${name}`));
  cli.progress('');
  if (json === true) cli.printJson(report);
  else printReport(cli, report);
  process.exitCode = report.failed === 0 ? 0 : 1;
}

const DRILL = { zh: '演练', en: 'drill' };

function chosenDrills(names: readonly string[] | undefined, { ALL_DRILLS }: NationRoom): Drills {
  if (names === undefined) return ALL_DRILLS;
  const unknown = names.find((name) => ALL_DRILLS.every((drill) => drill.name !== name));
  if (unknown === undefined) return ALL_DRILLS.filter(({ name }) => names.includes(name));
  const known = ALL_DRILLS.map(({ name }) => name).join(', ');
  throw CliError.of('usage_invalid', { zh: `没有该演练；现有：${known}`, en: `no such drill; there are: ${known}` });
}

/** Somebody who names drills waits for them: a nation that runs on without any must not be taken for their success. */
function drillUnasked(): CliError {
  return CliError.of('usage_invalid', { zh: '--drill 须与 --check 一同使用', en: '--drill goes with --check' });
}

function list(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function printReport(cli: Cli, { pairs, drills, passed, failed }: Report): void {
  const rows = [
    ...pairs.map(({ issuer, destination, status, decision, assurance, passed: good, ms }) => [
      good ? '✓' : '✗',
      `${issuer} → ${destination}`,
      `${status} · ${decision} · ${assurance ?? '-'} · ${ms} ms`,
    ]),
    ...drills.map(({ name, passed: good, detail }) => [good ? '✓' : '✗', name, detail]),
  ];
  for (const line of tableLines(rows)) cli.print(cli.paint(line.startsWith('✓') ? 'green' : 'red', line));
  cli.print(cli.say({ zh: `${passed} 项通过，${failed} 项未通过`, en: `${passed} passed, ${failed} failed` }));
}

/** Each step on a line of its own, with the time since the start; on stderr, beside what the command answers. */
function teller(cli: Cli, { json }: NationOptions): (step: LocalisedText) => void {
  const startedMs = performance.now();
  return (step) => {
    if (json === true) return;
    cli.note(`[${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${cli.say(step)}`);
  };
}

/** A party that ends by itself is told at once, whatever the command answers. */
function tellerOfEnds(cli: Cli): (seat: { readonly name: string }, how: string) => void {
  return ({ name }, how) =>
    cli.note(`huren: ${cli.say({ zh: `${name} 已自行结束：${how}`, en: `${name} has ended: ${how}` })}`);
}

function stopOnSignal() {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, stop);
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  // The processes' channels keep this one alive until then.
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function wholeNumber(say: Cli['say'], least: number, most: number): (text: string) => number {
  const read = (text: string) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : null;
  };
  return reading(read, say({ zh: `应为 ${least} 至 ${most} 的整数`, en: `a whole number from ${least} to ${most}` }));
}
