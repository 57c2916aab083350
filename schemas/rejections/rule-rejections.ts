import type { RejectionKind } from './rejection-kind.ts';

const ANCHOR_SIGNS = { zh: '请由国家锚点签名', en: 'Have the national anchor sign it' };

/** Policies and mandates. */
export const RULE_REJECTIONS = {
  policy_refused: {
    problem: 'event_invalid',
    zh: '政策未通过审查',
    en: 'The policy does not pass the review',
    next: { zh: '请运行 huren policy check', en: 'Run huren policy check' },
  },
  policy_unknown: {
    problem: 'event_invalid',
    zh: '没有此政策版本在施行',
    en: 'That version of the policy is not in force',
    next: { zh: '请核对 /v1/registry/policies', en: 'Look it up in /v1/registry/policies' },
  },
  mandate_exists: {
    problem: 'log_conflict',
    zh: '该授权编号已使用',
    en: 'The mandate id has been used',
    next: { zh: '请使用新的编号', en: 'Use another id' },
  },
  mandate_unknown: {
    problem: 'event_invalid',
    zh: '没有此授权',
    en: 'There is no such mandate',
    next: { zh: '请核对 /v1/registry/mandates', en: 'Look it up in /v1/registry/mandates' },
  },
  mandate_issuer: {
    problem: 'event_unauthorised',
    zh: '授权须由国家锚点签发',
    en: 'A mandate is issued by the anchor, and names it',
    next: ANCHOR_SIGNS,
  },
  mandate_too_early: {
    problem: 'event_invalid',
    zh: '授权生效日期过远',
    en: 'The mandate starts more than 30 days ahead',
    next: { zh: '请在临近时再签发', en: 'Issue it nearer to its start' },
  },
  mandate_without_effect: {
    problem: 'event_invalid',
    zh: '该授权不含“跨省人员”：扫码无法得知持码人类别，授权不会生效',
    en: 'The mandate does not cover any traveller: no scan can tell who holds a code, so it would permit nothing',
    next: { zh: '请在 holder_classes 中加入 any_traveller', en: 'Name any_traveller in holder_classes' },
  },
  mandate_ended: {
    problem: 'log_conflict',
    zh: '授权已终止',
    en: 'The mandate has ended already',
    next: { zh: '无需操作', en: 'Nothing is left to do' },
  },
} as const satisfies Record<string, RejectionKind>;
