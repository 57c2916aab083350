import type { Command } from 'commander';
import { PROVINCES, type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type DemoResult, expectedText, inParallel, judge } from '../demo-run.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { pinningAdvice } from '../pinning-advice.ts';
import { progressBar } from '../progress.ts';
import { provinceOption } from '../registered-adapter.ts';
import { type SandboxCode, sandboxCodes } from '../sandbox-api.ts';
import { scanCode } from '../scan-code.ts';
import { tableLines } from '../table.ts';
import { readTrust, type TrustOptions } from '../trust-material.ts';
import { obtainAccess, type VenueAccess } from '../venue-access.ts';
import { described, jsonOption } from './command.ts';

interface DemoOptions extends TrustOptions {
  readonly province?: ProvinceCode;
  readonly json?: boolean;
}

const AT_ONCE = 4;

/** `demo`: scans every sandbox code and holds each answer against what its scenario expects. */
export function addDemo(program: Command, cli: Cli): void {
  described(cli, program.command('demo'), {
    zh: '扫描沙箱的全部示例码，并与应得的答复比较',
    en: 'scan every sandbox code and compare each answer with what it must be',
    example: 'demo --json',
  })
    .option(...jsonOption(cli))
    .option('--anchor <file>', cli.say({ zh: '国家信任锚文件', en: 'the pinned national anchor' }))
    .option(...provinceOption(cli))
    .action(async (options: DemoOptions) => {
      const results = await run(cli, options);
      const passed = results.filter(({ ok }) => ok).length;
      const failed = results.length - passed;
      if (options.json === true) cli.printJson({ results, passed, failed });
      else print(cli, results, passed, failed);
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
    });
}

async function run(cli: Cli, options: DemoOptions): Promise<DemoResult[]> {
  const gateway = new GatewayClient(gatewayUrl(cli.env));
  const trust = readTrust(options, cli.env);
  const codes = await sandboxCodes(gateway, options.province);
  if (trust.anchor === null) throw await nothingPinned(gateway);
  const accesses = new Map<string | undefined, Promise<VenueAccess>>();
  const accessOf = (venue: string | undefined) => {
    const access = accesses.get(venue) ?? obtainAccess(gateway, cli.env, venue);
    accesses.set(venue, access);
    return access;
  };
  let done = 0;
  const scanned = async (code: SandboxCode) => {
    const access = await accessOf(code.venue);
    const startedMs = performance.now();
    const scan = await scanCode(access, trust, code);
    const ms = Math.round((performance.now() - startedMs) * 10) / 10;
    done += 1;
    cli.progress(progressBar(done, codes.length));
    return judge(code, scan, ms);
  };
  const results = await inParallel(codes, AT_ONCE, scanned);
  cli.progress('');
  return results;
}

/** Without an anchor every answer would fail for one and the same reason. */
async function nothingPinned(gateway: GatewayClient): Promise<CliError> {
  const text = { zh: '此处没有固定任何信任锚，无从验证', en: 'no anchor is pinned here, so nothing could be verified' };
  return CliError.of('anchor_unpinned', text, await pinningAdvice(gateway));
}

function print(cli: Cli, results: readonly DemoResult[], passed: number, failed: number): void {
  const rows = results.map((result) => [
    result.ok ? '✓' : '✗',
    cli.say(PROVINCES[provinceCodeSchema.parse(result.province)]),
    result.scenario,
    gotText(cli, result),
    result.ok ? '' : `${cli.say({ zh: '应为', en: 'expected' })} ${expectedText(result.expected)}`,
    `${result.ms} ms`,
  ]);
  for (const line of tableLines(rows)) cli.print(cli.paint(line.startsWith('✓') ? 'green' : 'red', line));
  cli.print(cli.say({ zh: `${passed} 项相符，${failed} 项不符`, en: `${passed} passed, ${failed} failed` }));
}

function gotText({ say }: Cli, { problem, status, decision, verified, reasons }: DemoResult): string {
  if (problem !== undefined) return problem;
  if (verified !== true) return say({ zh: '未通过验证', en: 'NOT VERIFIED' });
  return `${status} · ${decision} · ${reasons?.join(', ')}`;
}
