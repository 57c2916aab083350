import { Option } from 'commander';
import { PURPOSES, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { MANDATE_MAX_DAYS, type Mandate, mandateSchema } from '../../../schemas/mandate.ts';
import { CliError } from '../cli-error.ts';
import { faultText } from '../fault-text.ts';
import { readJson } from '../json-file.ts';
import { asGiven, type StepCommand, signedStep } from '../signed-step.ts';
import { reading } from './command.ts';

interface IssueInput {
  readonly file?: string;
  readonly id?: string;
  readonly regions?: readonly string[];
  readonly kinds?: readonly string[];
  readonly purposes: readonly string[];
  readonly days: number;
  readonly title?: string;
  readonly citation?: string;
  readonly supersedes?: string;
}

const DAY_MS = 86_400_000;

/** `mandate issue | revoke`, by the national anchor. */
export const MANDATE_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'issue',
    zh: `由国家锚点签发，最长 ${MANDATE_MAX_DAYS} 天`,
    en: `issue one as the national anchor, for at most ${MANDATE_MAX_DAYS} days`,
    example:
      'mandate issue --id hubei-hospitals --regions 42 --kinds hospital --purposes medical_visit --days 14 --title "Hospital notice" --citation "Notice 2022-03"',
    takes: ({ say }, command) =>
      command
        .argument('[file]', say({ zh: '授权 JSON 文件；- 表示标准输入', en: 'the mandate as JSON; - is stdin' }))
        .option('--id <id>', say({ zh: '授权编号', en: 'its id' }))
        .option(
          '--regions <list>',
          say({ zh: 'GB/T 2260 前缀，逗号分隔', en: 'GB/T 2260 prefixes, comma between' }),
          list,
        )
        .option('--kinds <list>', Object.keys(VENUE_KINDS).join(' '), list)
        .addOption(
          new Option('--purposes <list>', Object.keys(PURPOSES).join(' ')).argParser(list).default(['venue_entry']),
        )
        .option(
          '--days <n>',
          say({ zh: '自现在起的天数', en: 'days from now' }),
          reading(
            daysOf,
            say({ zh: `应为 1 至 ${MANDATE_MAX_DAYS} 的整数`, en: `a whole number from 1 to ${MANDATE_MAX_DAYS}` }),
          ),
          14,
        )
        .option('--title <text>', say({ zh: '法律文件名称', en: 'the legal instrument' }))
        .option('--citation <text>', say({ zh: '文号或出处', en: 'its citation' }))
        .option('--supersedes <id>', say({ zh: '自生效时取代此授权', en: 'ends this one when it starts' })),
    read: async (input: IssueInput) =>
      input.file === undefined
        ? { source: '--id …', given: fromOptions(input) }
        : { source: input.file, given: await readJson(input.file) },
    by: 'anchor',
    signs: ({ source, given }, { entityId }) => {
      const mandate = mandateOf(source, given, entityId);
      const { id, valid_until } = mandate;
      return {
        events: [{ kind: 'mandate_issued', body: { mandate } }],
        about: { mandate: id, ends_at: valid_until },
        zh: `已签发 ${id}，至 ${valid_until}`,
        en: `issued ${id} until ${valid_until}`,
      };
    },
  }),
  signedStep({
    name: 'revoke',
    zh: '立即终止一项授权',
    en: 'end a mandate now',
    example: 'mandate revoke hubei-hospitals',
    takes: (_cli, command) => command.argument('<id>'),
    read: asGiven<{ readonly id: string }>,
    by: 'anchor',
    signs: ({ id }) => ({
      events: [{ kind: 'mandate_revoked', body: { mandate_id: id } }],
      about: { mandate: id },
      zh: `已撤销 ${id}`,
      en: `revoked ${id}`,
    }),
  }),
];

function fromOptions({ id, regions, kinds, purposes, days, title, citation, supersedes }: IssueInput): object {
  const nowMs = Date.now();
  return {
    id,
    instrument: { title: { zh: title, en: title }, citation },
    regions,
    venue_kinds: kinds,
    purposes,
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
  const { at, zh, en } = faultText(parsed.error);
  throw CliError.of('mandate_invalid', { zh: `${source} 的 ${at}：${zh}`, en: `${source}: ${at}: ${en}` });
}

function list(text: string): string[] {
  return text.split(/[\s,，]+/).filter((item) => item !== '');
}

function daysOf(text: string): number | null {
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= MANDATE_MAX_DAYS ? days : null;
}
