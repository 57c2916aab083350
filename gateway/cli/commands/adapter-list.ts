import type { Command } from 'commander';
import { type AdapterId, adapterIdOf } from '../../../schemas/adapter-id.ts';
import { conformanceReportSchema } from '../../../schemas/conformance-report.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { adapterRows, printAdapter } from '../adapter-text.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { printConformance } from '../conformance-text.ts';
import { openRegistryApi } from '../enter-event.ts';
import { versionAt, versioned } from '../registered-adapter.ts';
import { tableLines } from '../table.ts';
import { described, jsonOption } from './command.ts';

/** `adapter list | report`: what is registered on a running gateway, and what its kit found. */
export function addAdapterList(group: Command, cli: Cli): void {
  addList(group, cli);
  addReport(group, cli);
}

function addList(group: Command, cli: Cli): void {
  described(cli, group.command('list'), {
    zh: '列出已登记的适配器及其版本',
    en: 'list the registered adapters and their versions',
    example: 'adapter list',
  })
    .argument('[province]', cli.say({ zh: '只看此省，并详列各版本', en: 'this province alone, with every version' }))
    .option(...jsonOption(cli))
    .action(async (province: string | undefined, { json }: { json?: boolean }) => {
      const adapters = await openRegistryApi(cli).adapters(province?.split('/', 1)[0]);
      const shown = adapters.filter(
        (adapter) => province === undefined || [adapter.province, adapterIdOf(adapter)].some((one) => one === province),
      );
      if (json === true) return cli.printJson({ adapters: shown });
      if (province === undefined) for (const line of tableLines(adapterRows(cli, shown))) cli.print(line);
      else for (const adapter of shown) printAdapter(cli, adapter);
    });
}

function addReport(group: Command, cli: Cli): void {
  described(cli, versioned(cli, group.command('report')), {
    zh: '网关自行检查后签名的符合性报告',
    en: 'the conformance report that the gateway made and signed',
    example: 'adapter report 410000 1.0.0',
  })
    .option(...jsonOption(cli))
    .action(async (province: AdapterId, version: string, { json }: { json?: boolean }) => {
      const { view } = await versionAt(cli, province, version);
      const text = await openRegistryApi(cli).report(province, version);
      if (text === null || textDigest(text) !== view.check?.report_digest) {
        throw CliError.of('bytes_differ', {
          zh: '报告与日志所记的摘要不一致',
          en: 'the report is not the one whose digest is in the log',
        });
      }
      const report = conformanceReportSchema.parse(JSON.parse(text));
      if (json === true) cli.printJson(report);
      else printConformance(cli, report);
      process.exitCode = report.passed ? 0 : 1;
    });
}
