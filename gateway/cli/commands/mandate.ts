import { type Command, Option } from 'commander';
import { PURPOSES, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { MANDATE_MAX_DAYS, type Mandate, mandateSchema } from '../../../schemas/mandate.ts';
import type { MandateView } from '../../../schemas/registry-views.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { enterEvent, openRegistryApi, printEntered } from '../enter-event.ts';
import { readJson } from '../json-file.ts';
import { chooseSigner, type SignerOptions, signerOptions } from '../signer-choice.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

const DAY_MS = 86_400_000;
const STATES = {
  active: { zh: '生效中', en: 'active' },
  upcoming: { zh: '未生效', en: 'upcoming' },
  ended: { zh: '已到期', en: 'ended' },
  revoked: { zh: '已撤销', en: 'revoked' },
};

interface StepOptions extends SignerOptions {
  readonly json?: boolean;
}
interface IssueOptions extends StepOptions {
  readonly id?: string;
  readonly regions?: readonly string[];
  readonly kinds?: readonly string[];
  readonly purposes: readonly string[];
  readonly days: number;
  readonly title?: string;
  readonly citation?: string;
  readonly supersedes?: string;
}

/** `mandate issue | revoke | list`: without a mandate in force nobody may be checked. */
export function addMandate(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('mandate'), {
    zh: '查验授权：没有授权，不得查验',
    en: 'mandates: without one nobody may be checked',
    example: 'mandate list',
  });
  addIssue(group, cli);
  addRevoke(group, cli);
  addList(group, cli);
}

function addIssue(group: Command, cli: Cli): void {
  const { say } = cli;
  const command = described(cli, group.command('issue'), {
    zh: `由国家锚点签发，最长 ${MANDATE_MAX_DAYS} 天`,
    en: `issue one as the national anchor, for at most ${MANDATE_MAX_DAYS} days`,
    example:
      'mandate issue --id hubei-hospitals --regions 42 --kinds hospital --purposes medical_visit --days 14 --title "Hospital notice" --citation "Notice 2022-03"',
  })
    .argument('[file]', say({ zh: '授权 JSON 文件；- 表示标准输入', en: 'the mandate as JSON; - is stdin' }))
    .option('--id <id>', say({ zh: '授权编号', en: 'its id' }))
    .option('--regions <list>', say({ zh: 'GB/T 2260 前缀，逗号分隔', en: 'GB/T 2260 prefixes, comma between' }), list)
    .option('--kinds <list>', Object.keys(VENUE_KINDS).join(' '), list)
    .addOption(
      new Option('--purposes <list>', Object.keys(PURPOSES).join(' ')).argParser(list).default(['venue_entry']),
    )
    .option('--days <n>', say({ zh: '自现在起的天数', en: 'days from now' }), reading(daysOf, 'a number of days'), 14)
    .option('--title <text>', say({ zh: '法律文件名称', en: 'the legal instrument' }))
    .option('--citation <text>', say({ zh: '文号或出处', en: 'its citation' }))
    .option('--supersedes <id>', say({ zh: '自生效时取代此授权', en: 'ends this one when it starts' }));
  step(cli, command).action(async (file: string | undefined, options: IssueOptions) => {
    const anchor = await chooseSigner(options, 'anchor', cli.env);
    const given = file === undefined ? fromOptions(options) : await readJson(file);
    const mandate = mandateOf(file ?? '--id …', given, anchor.entityId);
    const entered = await enterEvent(cli, anchor, { kind: 'mandate_issued', body: { mandate } });
    if (options.json === true) return cli.printJson({ mandate: mandate.id, ends_at: mandate.valid_until, ...entered });
    const said = {
      zh: `已签发 ${mandate.id}，至 ${mandate.valid_until}`,
      en: `issued ${mandate.id} until ${mandate.valid_until}`,
    };
    printEntered(cli, say(said), entered);
  });
}

function addRevoke(group: Command, cli: Cli): void {
  const command = described(cli, group.command('revoke').argument('<id>'), {
    zh: '立即终止一项授权',
    en: 'end a mandate now',
    example: 'mandate revoke hubei-hospitals',
  });
  step(cli, command).action(async (mandate_id: string, options: StepOptions) => {
    const anchor = await chooseSigner(options, 'anchor', cli.env);
    const entered = await enterEvent(cli, anchor, { kind: 'mandate_revoked', body: { mandate_id } });
    if (options.json === true) return cli.printJson({ mandate: mandate_id, ...entered });
    printEntered(cli, cli.say({ zh: `已撤销 ${mandate_id}`, en: `revoked ${mandate_id}` }), entered);
  });
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

function step(cli: Cli, command: Command): Command {
  return signerOptions(cli, command).option(...jsonOption(cli));
}

function fromOptions({ id, regions, kinds, purposes, days, title, citation, supersedes }: IssueOptions): object {
  const nowMs = Date.now();
  return {
    id,
    instrument: { title: { zh: title, en: title }, citation },
    regions,
    venue_kinds: kinds,
    purposes: purposes,
    holder_classes: ['any_traveller'],
    auditors: [],
    valid_from: new Date(nowMs).toISOString(),
    valid_until: new Date(nowMs + days * DAY_MS).toISOString(),
    ...(supersedes === undefined ? {} : { supersedes }),
  };
}

/** Who signs a mandate is who issues it, so a file need not say so. */
function mandateOf(source: string, given: unknown, issuer: string): Mandate {
  const named = typeof given === 'object' && given !== null ? { issued_by: issuer, ...given } : given;
  const parsed = mandateSchema.safeParse(named);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = `/${issue?.path.join('/') ?? ''}`;
  throw CliError.of('mandate_invalid', {
    zh: `${source} 的 ${at} 不符合授权格式`,
    en: `${source}: ${at}: ${issue?.message ?? 'invalid'}`,
  });
}

function list(text: string): string[] {
  return text.split(/[\s,，]+/).filter((item) => item !== '');
}

function daysOf(text: string): number | null {
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= MANDATE_MAX_DAYS ? days : null;
}
