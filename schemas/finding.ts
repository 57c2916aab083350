import { z } from 'zod';
import { provinceCodeSchema } from './code-lists/index.ts';

/**
 * Everything that can be wrong with the substantiation of a yellow or red. `unsaid`: the record is silent where it
 * has to speak; `breach`: something it does say breaks the issuing province's own rule. For auditors only: a finding
 * can let a reader guess at the ground, so none ever reaches a venue.
 */
export const FINDINGS = {
  assignment_missing: { kind: 'unsaid', zh: '未说明由谁赋码', en: 'Nothing says who assigned the status' },
  assigner_missing: {
    kind: 'unsaid',
    zh: '未说明赋码机构的层级或职责',
    en: 'The level or role of the assigner is not named',
  },
  ground_missing: { kind: 'unsaid', zh: '未说明赋码依据', en: 'No ground is given' },
  origin_unconfirmed: {
    kind: 'unsaid',
    zh: '推送来源省份未能确认',
    en: 'The province of origin could not confirm the status',
  },
  level_not_entitled: { kind: 'breach', zh: '该层级无权作出此项操作', en: 'The level is not entitled to this action' },
  role_not_entitled: { kind: 'breach', zh: '该机构无权作出此项操作', en: 'The body is not entitled to this action' },
  release_not_entitled: { kind: 'breach', zh: '该机构无权解除', en: 'The body is not entitled to release' },
  release_contradicts: { kind: 'breach', zh: '解除操作之后仍为红码', en: 'A release cannot leave a red' },
  batch_above_threshold: {
    kind: 'breach',
    zh: '批量达到上限而未由指定机构办理',
    en: 'A batch of this size belongs to another body',
  },
  batch_size_missing: {
    kind: 'breach',
    zh: '未说明批量人数',
    en: 'The size of the batch is not stated although a limit applies',
  },
  approval_missing: { kind: 'breach', zh: '缺少必需的审批环节', en: 'A required approval is missing' },
  approval_order: { kind: 'breach', zh: '审批顺序不符合规定', en: 'The approvals are not in the order of the rule' },
  approval_unsigned: { kind: 'breach', zh: '审批未签名', en: 'A required approval is not signed' },
  approval_signature_invalid: {
    kind: 'breach',
    zh: '审批签名未通过验证',
    en: 'The signature of an approval does not verify',
  },
  instrument_missing: { kind: 'breach', zh: '缺少赋码文书', en: 'The instrument that the rule asks for is missing' },
  evidence_missing: { kind: 'breach', zh: '缺少佐证材料', en: 'The evidence that the rule asks for is not on file' },
  ground_not_national: { kind: 'breach', zh: '所述依据不属于国家规定', en: 'The reason given is no national ground' },
  ground_not_allowed: {
    kind: 'breach',
    zh: '该省规则未列此依据',
    en: 'The rule of the province does not list this ground',
  },
  ground_colour_mismatch: { kind: 'breach', zh: '依据不足以支持该颜色', en: 'The ground does not carry this colour' },
  origin_missing: {
    kind: 'breach',
    zh: '外省推送而未注明来源省份',
    en: 'Pushed by another province that is not named',
  },
  origin_unknown: { kind: 'breach', zh: '来源省份查无此记录', en: 'The province of origin knows no such record' },
  origin_contradicts: {
    kind: 'breach',
    zh: '来源省份的状态与此不一致',
    en: 'The province of origin gives another status',
  },
  origin_circular: { kind: 'breach', zh: '来源相互指向', en: 'The provinces name one another as the origin' },
  foreign_conversion_not_entitled: {
    kind: 'breach',
    zh: '外省赋码只能由原赋码机构转换',
    en: 'Only the original assigner may convert a status of another province',
  },
} as const;

export type FindingCode = keyof typeof FINDINGS;

export const findingCodeSchema = z.literal(findingCodes()).meta({ id: 'FindingCode' });

/** One finding: whose rule it concerns and, for approvals, which step of the rule (or which approval given), from 0. */
export const findingSchema = z
  .strictObject({ code: findingCodeSchema, province: provinceCodeSchema, step: z.int().min(0).max(16).nullable() })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof findingSchema>;

function findingCodes(): FindingCode[] {
  const codes: FindingCode[] = [];
  let code: FindingCode;
  for (code in FINDINGS) codes.push(code);
  return codes;
}
