import { adapterIdOf } from '../../schemas/adapter-id.ts';
import type { AdapterView, VersionView } from '../../schemas/registry-views.ts';
import { ADAPTER_STATE_TEXTS, STAGE_TEXTS } from '../../schemas/texts/registry-state.ts';
import type { Cli } from './cli.ts';
import { printable } from './cli.ts';
import { tableLines } from './table.ts';

/** One line for each province: what is in use, on trial, and how many versions there are. */
export function adapterRows(cli: Cli, adapters: readonly AdapterView[]): string[][] {
  const titles = [
    { zh: '省份', en: 'province' },
    { zh: '系统', en: 'system' },
    { zh: '状态', en: 'state' },
    { zh: '在用', en: 'active' },
    { zh: '试用', en: 'on trial' },
    { zh: '版本数', en: 'versions' },
  ].map(cli.say);
  const rows = adapters.map(({ name, system, state, active, trial, versions, ...place }) => [
    `${adapterIdOf(place)} ${cli.say(name)}`,
    printable(system?.id ?? '–'),
    cli.say(ADAPTER_STATE_TEXTS[state]),
    active ?? '–',
    trial === null
      ? '–'
      : `${trial.version} ${cli.say(STAGE_TEXTS[trial.stage])}${trial.percent ? ` ${trial.percent}%` : ''}`,
    String(versions.length),
  ]);
  return [titles, ...rows];
}

/** One province with every version: stage, check, who approved it. */
export function printAdapter(cli: Cli, adapter: AdapterView): void {
  const { name, state, suspended, versions } = adapter;
  cli.print(
    `${adapterIdOf(adapter)} ${cli.say(name)}  ${cli.say(ADAPTER_STATE_TEXTS[state])}${suspended === null ? '' : `  ${printable(suspended.reason)}`}`,
  );
  const titles = [
    { zh: '版本', en: 'version' },
    { zh: '阶段', en: 'stage' },
    { zh: '检查', en: 'check' },
    { zh: '批准', en: 'approvals' },
    { zh: '摘要', en: 'digest' },
  ].map(cli.say);
  for (const line of tableLines([titles, ...versions.map((version) => versionRow(cli, version))]))
    cli.print(`  ${line}`);
}

function versionRow(
  cli: Cli,
  { version, stage, check, approvals, approvals_needed, manifest_digest }: VersionView,
): string[] {
  const counting = approvals.filter(({ counts }) => counts);
  const by = counting.map((approval) => `${printable(approval.by.split('/').at(-1) ?? '')} #${approval.index}`);
  return [
    version,
    cli.say(STAGE_TEXTS[stage]),
    check === null ? '–' : `${check.passed ? '✓' : '✗'} ${check.level} #${check.index}`,
    `${counting.length}/${approvals_needed} ${by.join(' ')}`.trim(),
    manifest_digest.slice(0, 16),
  ];
}
