import type { z } from 'zod';
import type { Coded, CodedTexts, WordLists } from './coded.ts';

/** What is wrong with a member of a document, by its schema. A library's own wording changes, and speaks one language. */
export const SCHEMA_FAULT_TEXTS = {
  schema_missing: { zh: '缺少', en: 'is missing' },
  schema_type: { zh: '类型应为 {type}', en: 'must be of type {type}' },
  schema_unknown_members: { zh: '有未知成员：{members:names}', en: 'has members that nobody knows: {members:names}' },
  schema_one_of: { zh: '应为：{values:names}', en: 'must be one of: {values:names}' },
  schema_small: { zh: '过小或过短（至少 {least}）', en: 'is too small or too short (at least {least})' },
  schema_big: { zh: '过大或过长（至多 {most}）', en: 'is too large or too long (at most {most})' },
  schema_rule: { zh: '不符合要求（{rule:rules}）', en: '{rule}' },
  schema_form: { zh: '不符合格式', en: 'is not of the documented form' },
} as const satisfies CodedTexts;

/** What the schemas' own refinements ask for. */
export const SCHEMA_RULES = {
  node_and_route: {
    zh: 'node 与通向它的 route（node 或 national）须同时给出',
    en: 'node, and a route to it (node or national), belong together',
  },
  route_order: {
    zh: 'route 中每种途径只列一次，顺序为 node、national、direct',
    en: 'route names each way once, in the order node, national, direct',
  },
  route_of_platform: { zh: '国家平台不能经由自身到达', en: 'the national platform is not reached by way of itself' },
  division_of_province: { zh: 'division 须是该省的一部分', en: 'division is a part of the province' },
  header_ours: { zh: '该请求头由本系统填写', en: 'that header is ours to write' },
  redirect_no_answer: {
    zh: '重定向从不跟随，也不是应答',
    en: 'a redirect is never followed, and never an answer',
  },
  at_and_codes: { zh: 'at 与 codes 须同时给出', en: 'at and codes belong together' },
  status_of_outage: {
    zh: '故障时任何码都可能得到此状态码，它不能说明某一个码：请给出 at 与 codes',
    en: 'a status that any code could get in an outage means nothing about one code: give at and codes',
  },
  codes_of_200: {
    zh: '200 应答的返回码须有自己的位置（at）',
    en: 'the codes of a 200 stand at a place of their own',
  },
  prefix_framed: {
    zh: '开头与扫码枪附加的字符相同，会从码中去掉',
    en: 'starts like what scanners add, which is taken off a code',
  },
  prefix_web: {
    zh: '网址须以路径段结尾，或以一个参数及其值的开头结尾',
    en: 'a web address ends in a path segment, or in one parameter and the start of its value',
  },
  prefix_scheme: {
    zh: 'base45 字母表的前缀不得是 http 或 https 的开头：否则可能误认其他系统的网址',
    en: 'in base45 a prefix is no beginning of http or https: it could claim web addresses of other systems',
  },
  token_segment: {
    zh: '须恰有一个路径段为 {token}',
    en: 'has {token} as exactly one of its segments',
  },
} as const satisfies CodedTexts;

export const SCHEMA_FAULT_LISTS: WordLists = {
  names: {},
  rules: Object.fromEntries(Object.values(SCHEMA_RULES).map((rule) => [rule.en, rule])),
};

interface SchemaFault extends Coded {
  readonly code: keyof typeof SCHEMA_FAULT_TEXTS;
}

/** One issue of a schema by its code and values. */
export function schemaFault(issue: z.core.$ZodIssue): SchemaFault {
  const of = (code: SchemaFault['code'], values: Coded['values'] = {}) => ({ code, values });
  switch (issue.code) {
    case 'invalid_type':
      // zod keeps no absent input to look at: only its message tells an absent member from one of another type.
      return issue.message.endsWith('received undefined')
        ? of('schema_missing')
        : of('schema_type', { type: issue.expected });
    case 'unrecognized_keys':
      return of('schema_unknown_members', { members: issue.keys.join(', ') });
    case 'invalid_value':
      return of('schema_one_of', { values: issue.values.join(', ') });
    case 'too_small':
      return of('schema_small', { least: Number(issue.minimum) });
    case 'too_big':
      return of('schema_big', { most: Number(issue.maximum) });
    case 'custom':
      return of('schema_rule', { rule: issue.message });
    default:
      return of('schema_form');
  }
}
