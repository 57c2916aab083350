import type { Decision } from '../status.ts';

/** Why an answer is what it is. Shown to venues: no text here may tell a medical fact. */
export const REASONS = {
  ok: { zh: '未见异常', en: 'Nothing to report' },
  yellow_ground: { zh: '黄码，有依据', en: 'Yellow, substantiated by the assigning authority' },
  red_ground: { zh: '红码，有依据', en: 'Red, substantiated by the assigning authority' },
  unsubstantiated: {
    zh: '签发方未能证明赋码依据，不得据此限制通行',
    en: 'The assigning authority did not substantiate this status; it must not be used to restrict anyone',
  },
  origin_contradicts: {
    zh: '推送来源省份的记录与此不一致',
    en: 'The province named as the origin contradicts this status',
  },
  issuer_unavailable: { zh: '签发省份暂时无法答复', en: 'The issuing province cannot answer at the moment' },
  issuer_reply_invalid: { zh: '签发省份的答复无法识读', en: 'The reply of the issuing province could not be read' },
  issuer_signature_invalid: {
    zh: '签发省份的签名未通过验证',
    en: 'The signature of the issuing province did not verify',
  },
  unmapped_value: {
    zh: '签发省份给出了未登记的状态值',
    en: 'The issuing province gave a value that it never declared',
  },
  as_of_impossible: {
    zh: '签发省份给出的状态时间不可能成立',
    en: 'The issuing province gave a time for this status that nobody can mean',
  },
  no_national_meaning: { zh: '该本地状态没有全国统一含义', en: 'This local state has no national meaning' },
  local_state_pending: { zh: '签发省份尚未得出结论', en: 'The issuing province has not reached a conclusion yet' },
  too_old: { zh: '状态已超过签发省份规定的有效期', en: 'The status is older than the issuing province lets it stand' },
  stale_used: { zh: '使用了宽限期内的先前答复', en: 'An earlier reply inside its grace period was used' },
  popup: {
    zh: '签发省份有弹窗提示，须由持码人处理',
    en: 'The issuing province shows a pop-up that the holder must clear',
  },
  certificate_not_accepted: {
    zh: '证书未通过验证、不在有效期内或已被撤销',
    en: 'The certificate does not verify, is out of date, or was revoked',
  },
  certificate_rules_unmet: {
    zh: '证书不符合适用规则',
    en: 'The certificate does not meet the rules that apply',
  },
  certificate_issuer_unknown: {
    zh: '证书签发者不在信任名单上',
    en: 'The issuer of the certificate is on no trust list',
  },
  certificate_list_stale: {
    zh: '信任名单已过期，无法判定证书',
    en: 'The trust list is out of date, so that nobody can tell',
  },
  certificate_status_unknown: {
    zh: '证书的撤销状态或密钥状态未知',
    en: 'Whether the certificate was revoked, or its key still counts, is unknown',
  },
  certificate_rules_missing: {
    zh: '没有适用于此证书的规则',
    en: 'No rules cover this certificate',
  },
  certificate_is_link: {
    zh: '这是指向完整病历的链接，不予打开',
    en: 'This is a link to a whole record, and links are not followed',
  },
  assurance_too_low: {
    zh: '证据等级低于目的地政策要求',
    en: 'The evidence is weaker than the destination policy asks',
  },
  policy_exception: { zh: '目的地适用已公布的例外规定', en: 'A published exception of the destination applies' },
} as const;

/** Who says so: the record that was read, a province's failure, the judgement of an assignment, or the decision itself. */
type ReasonSource = 'record' | 'failure' | 'substantiation' | 'decision';

/**
 * Where each reason comes from and which decisions it may stand beside. Every reason has its place: one that could
 * stand anywhere would let an answer say two things at once.
 */
export const REASON_USES = {
  ok: { from: 'decision', beside: ['pass'] },
  yellow_ground: { from: 'decision', beside: ['restrict'] },
  red_ground: { from: 'decision', beside: ['restrict'] },
  unsubstantiated: { from: 'substantiation', beside: ['refer'] },
  origin_contradicts: { from: 'substantiation', beside: ['refer'] },
  issuer_unavailable: { from: 'failure', beside: ['refer'] },
  issuer_reply_invalid: { from: 'failure', beside: ['refer'] },
  issuer_signature_invalid: { from: 'failure', beside: ['refer'] },
  unmapped_value: { from: 'record', beside: ['refer'] },
  as_of_impossible: { from: 'record', beside: ['refer'] },
  no_national_meaning: { from: 'record', beside: ['refer'] },
  local_state_pending: { from: 'record', beside: ['refer'] },
  too_old: { from: 'record', beside: ['refer'] },
  stale_used: { from: 'decision', beside: ['pass', 'refer'] },
  popup: { from: 'record', beside: ['restrict', 'refer'] },
  certificate_not_accepted: { from: 'record', beside: ['refer'] },
  certificate_rules_unmet: { from: 'record', beside: ['refer'] },
  certificate_issuer_unknown: { from: 'record', beside: ['refer'] },
  certificate_list_stale: { from: 'record', beside: ['refer'] },
  certificate_status_unknown: { from: 'record', beside: ['refer'] },
  certificate_rules_missing: { from: 'record', beside: ['refer'] },
  certificate_is_link: { from: 'record', beside: ['refer'] },
  assurance_too_low: { from: 'decision', beside: ['refer'] },
  policy_exception: { from: 'decision', beside: ['pass', 'restrict', 'refer'] },
} as const satisfies Record<
  keyof typeof REASONS,
  { readonly from: ReasonSource; readonly beside: readonly Decision[] }
>;
