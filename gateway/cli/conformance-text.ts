import { PROVINCES } from '../../schemas/code-lists/index.ts';
import { CONFORMANCE_FINDINGS } from '../../schemas/conformance-findings.ts';
import type { ConformanceReport } from '../../schemas/conformance-report.ts';
import { conformanceCheckText } from '../../schemas/texts/conformance-checks.ts';
import { conformanceDetailText, conformancePlaceText } from '../../schemas/texts/conformance-details.ts';
import { type Cli, printable } from './cli.ts';
import { tableRows } from './table.ts';

/** A conformance report for people: the checks, then what was found and where, then one line that sums it up. */
export function printConformance(cli: Cli, report: ConformanceReport): void {
  cli.print(printable(titleOf(cli, report)));
  for (const { name, passed } of report.checks) {
    cli.print(
      cli.paint(passed ? 'green' : 'red', `${passed ? '✓' : '✗'} ${printable(cli.say(conformanceCheckText(name)))}`),
    );
  }
  const rows = report.findings.map(({ code, severity, at, detail }) => [
    severity === 'fail' ? '✗' : '!',
    code,
    cli.say(CONFORMANCE_FINDINGS[code]),
    printable(cli.say(conformancePlaceText(at))),
    printable(cli.say(conformanceDetailText(detail))),
  ]);
  if (rows.length > 0) cli.print();
  for (const [at, lines] of tableRows(rows).entries()) {
    for (const line of lines) cli.print(cli.paint(report.findings[at]?.severity === 'fail' ? 'red' : 'yellow', line));
  }
  if (report.latency !== undefined) {
    const { calls, p50_ms, p95_ms, p99_ms } = report.latency;
    cli.print(`p50 ${p50_ms} ms · p95 ${p95_ms} ms · p99 ${p99_ms} ms (${calls})`);
  }
  cli.print();
  cli.print(cli.paint(report.passed ? 'green' : 'red', summaryOf(cli, report)));
}

function titleOf(cli: Cli, { province, system, version, kit_version }: ConformanceReport): string {
  if (province === null) return `kit ${kit_version}`;
  return `${province} ${cli.say(PROVINCES[province])} · ${system} ${version} · kit ${kit_version}`;
}

function summaryOf(cli: Cli, { passed, level, findings }: ConformanceReport): string {
  const fails = findings.filter(({ severity }) => severity === 'fail').length;
  const warns = findings.length - fails;
  const warnings = `${warns} ${warns === 1 ? 'warning' : 'warnings'}`;
  if (passed) {
    return level === 'live'
      ? cli.say({
          zh: `通过静态检查与实测，${warns} 项提示`,
          en: `passed the static and the live checks, ${warnings}`,
        })
      : cli.say({ zh: `通过静态检查，${warns} 项提示`, en: `passed the static checks, ${warnings}` });
  }
  return cli.say({
    zh: `未通过：${fails} 项缺陷，${warns} 项提示`,
    en: `not passed: ${fails} ${fails === 1 ? 'fault' : 'faults'}, ${warnings}`,
  });
}
