import type { Command } from 'commander';
import { PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { type Cli, printable } from '../cli.ts';
import { expectedText } from '../demo-run.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { provinceOption } from '../registered-adapter.ts';
import { sandboxCodes } from '../sandbox-api.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption } from './command.ts';
import { addPlayed } from './sandbox-play.ts';

/** `sandbox codes`: the codes that the simulated provinces know, each with the answer it must lead to; and what can be played alone. */
export function addSandbox(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('sandbox'), {
    zh: '沙箱：模拟的省份',
    en: 'the sandbox with its simulated provinces',
    example: 'sandbox codes',
  });
  described(cli, group.command('codes'), {
    zh: '列出全部示例码及其应得的答复',
    en: 'list every code with the answer it must lead to',
    example: 'sandbox codes --json',
  })
    .option(...jsonOption(cli))
    .option(...provinceOption(cli))
    .action(async ({ json, province }: { json?: boolean; province?: ProvinceCode }) => {
      const codes = await sandboxCodes(new GatewayClient(gatewayUrl(cli.env)), province);
      if (json === true) return cli.printJson(codes);
      const rows = codes.map(({ province, system, scenario, expected, code }) => [
        cli.say(PROVINCES[province]),
        system,
        scenario,
        expectedText(expected),
        { copied: printable(code) },
      ]);
      for (const line of tableLines(rows)) cli.print(line);
    });
  addPlayed(group, cli);
}
