import { type Command, Option } from 'commander';
import { type LocalisedText, PROVINCES } from '../../../schemas/code-lists/index.ts';
import { type Coverage, coverageSchema, type SignalName } from '../../../schemas/coverage.ts';
import type { Cli } from '../cli.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { tableLines } from '../table.ts';
import { described, jsonOption } from './command.ts';

/** `coverage`: who recognises whom, over the last hours. */
export function addCoverage(program: Command, cli: Cli): void {
  described(cli, program.command('coverage'), {
    zh: '互认矩阵：谁承认谁的绿码',
    en: 'the recognition matrix: who recognises whose greens',
    example: 'coverage --window 24h',
  })
    .option(...jsonOption(cli))
    .addOption(
      new Option('--window <window>', cli.say({ zh: '时间窗口', en: 'over how long' }))
        .choices(['1h', '6h', '24h'])
        .default('24h'),
    )
    .action(async ({ json, window }: { json?: boolean; window: string }) => {
      const gateway = new GatewayClient(gatewayUrl(cli.env));
      const coverage = await gateway.get(`/v1/coverage?window=${window}`, coverageSchema);
      if (json === true) cli.printJson(coverage);
      else print(cli, coverage);
    });
}

const SIGNALS: Record<SignalName, LocalisedText> = {
  unsubstantiated: { zh: '黄码、红码未证明依据', en: 'yellow or red not substantiated' },
  batch: { zh: '黄码、红码多为批量赋码', en: 'yellow or red assigned by the batch' },
  flip: { zh: '码色一小时内反复变化', en: 'colours that change within the hour' },
  guessing: { zh: '有客户端在猜测此省的码', en: 'a client guesses its codes' },
};

function print(cli: Cli, coverage: Coverage): void {
  const { cells, recognition_rate: rate, suppressed_below, signals } = coverage;
  const titles = [
    { zh: '签发', en: 'issuer' },
    { zh: '目的地', en: 'destination' },
    { zh: '出示', en: 'presented' },
    { zh: '绿码', en: 'green' },
    { zh: '承认', en: 'recognised' },
    { zh: '限制', en: 'restricted' },
    { zh: '转人工', en: 'referred' },
    { zh: '无法判定', en: 'cannot tell' },
    { zh: 'p95 毫秒', en: 'p95 ms' },
  ].map(cli.say);
  const rows = cells.map((cell) => [
    cli.say(PROVINCES[cell.issuer]),
    cli.say(PROVINCES[cell.destination]),
    ...[cell.presented, cell.green, cell.recognised, cell.restricted, cell.referred, cell.indeterminate].map(String),
    cell.p95_ms.toFixed(1),
  ]);
  for (const line of tableLines([titles, ...rows])) cli.print(line);
  const percent = rate === null ? '–' : `${(rate * 100).toFixed(1)}%`;
  cli.print(
    cli.say({
      zh: `绿码承认率 ${percent}；少于 ${suppressed_below} 次出示的格不显示`,
      en: `greens recognised: ${percent}; cells below ${suppressed_below} presentations are withheld`,
    }),
  );
  for (const { province, signal, rate: of } of signals.filter(({ raised }) => raised)) {
    const share = `${(of * 100).toFixed(0)}%`;
    cli.print(cli.paint('red', `! ${cli.say(PROVINCES[province])}  ${cli.say(SIGNALS[signal])}  ${share}`));
  }
}
