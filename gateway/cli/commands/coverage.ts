import { type Command, Option } from 'commander';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { COVERAGE_WINDOW_MS, coverageSchema } from '../../../schemas/coverage.ts';
import type { Cli } from '../cli.ts';
import { coverageLines } from '../coverage-text.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { described, jsonOption } from './command.ts';

interface Options {
  readonly json?: boolean;
  readonly window: string;
  readonly series?: boolean;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
}

/** `coverage`: who recognises whom, and what asks for attention. */
export function addCoverage(program: Command, cli: Cli): void {
  described(cli, program.command('coverage'), {
    zh: '互认矩阵、需要关注的事项和上报节点',
    en: 'the recognition matrix, what asks for attention, and which nodes report',
    example: 'coverage --window 24h',
  })
    .option(...jsonOption(cli))
    .addOption(
      new Option('--window <window>', cli.say({ zh: '时间窗口', en: 'over how long' }))
        .choices(keysOf(COVERAGE_WINDOW_MS))
        .default('24h'),
    )
    .option('--series', cli.say({ zh: '同时给出逐小时的变化', en: 'hour by hour as well' }))
    .addOption(
      new Option('--csv', cli.say({ zh: '输出 CSV：矩阵，或逐小时', en: 'the matrix as CSV, or the hours' })).conflicts(
        ['json', 'jsonl'],
      ),
    )
    .addOption(
      new Option(
        '--jsonl',
        cli.say({ zh: '输出 JSON 行：矩阵，或逐小时', en: 'the same, a JSON object a line' }),
      ).conflicts('json'),
    )
    .action(async ({ json, window, series, csv, jsonl }: Options) => {
      const gateway = new GatewayClient(gatewayUrl(cli.env));
      const query = new URLSearchParams({ window, ...(series === true ? { series: 'hour' } : {}) });
      if (csv === true || jsonl === true) {
        query.set('format', csv === true ? 'csv' : 'jsonl');
        const lines = new TextDecoder().decode(await gateway.bytes(`/v1/coverage?${query}`));
        for (const line of lines.trimEnd().split('\n')) cli.print(line.trimEnd());
        return;
      }
      const coverage = await gateway.get(`/v1/coverage?${query}`, coverageSchema);
      if (json === true) cli.printJson(coverage);
      else for (const line of coverageLines(cli, coverage)) cli.print(line);
    });
}
