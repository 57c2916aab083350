import type { Command } from 'commander';
import type { MandateView } from '../../../schemas/registry-views.ts';
import { type Cli, printable } from '../cli.ts';
import { openRegistryApi } from '../enter-event.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption } from './command.ts';
import { MANDATE_STEPS } from './mandate-steps.ts';

const STATES = {
  active: { zh: '生效中', en: 'active' },
  upcoming: { zh: '未生效', en: 'upcoming' },
  ended: { zh: '已到期', en: 'ended' },
  revoked: { zh: '已撤销', en: 'revoked' },
};

/** `mandate issue | revoke | list`: without a mandate in force nobody may be checked. */
export function addMandate(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('mandate'), {
    zh: '查验授权：没有授权，不得查验',
    en: 'mandates: without one nobody may be checked',
    example: 'mandate list',
  });
  for (const add of MANDATE_STEPS) add(group, cli);
  addList(group, cli);
}

function addList(group: Command, cli: Cli): void {
  described(cli, group.command('list'), {
    zh: '列出授权及其期限',
    en: 'list the mandates with their ends',
    example: 'mandate list --json',
  })
    .option(...jsonOption(cli))
    .action(async ({ json }: { json?: boolean }) => {
      const mandates = await openRegistryApi(cli).mandates();
      if (json === true) return cli.printJson({ mandates });
      for (const line of tableLines(mandates.map((view) => row(cli, view)))) cli.print(line);
    });
}

function row(cli: Cli, { mandate, state, ends_at }: MandateView): string[] {
  const regions = mandate.regions.length > 4 ? `${mandate.regions.length} …` : mandate.regions.join(' ');
  return [
    mandate.id,
    cli.say(STATES[state]),
    ends_at.slice(0, 16),
    regions,
    printable(cli.say(mandate.instrument.title)),
  ];
}
