import { MEND, type RejectionKind } from './rejection-kind.ts';

const REREAD = {
  zh: '请从 /v1/registry/entities 读取最新序号后重新签名',
  en: 'Read your present seq and prev from /v1/registry/entities, then sign again',
};

/** Who signed an event: with which key, when, in which order, and whether they may. */
export const SIGNING_REJECTIONS = {
  event_malformed: {
    problem: 'event_invalid',
    zh: '事件不是规定格式的签名对象',
    en: 'The event is not a signed event of the documented form',
    next: MEND,
  },
  signature_invalid: {
    problem: 'event_invalid',
    zh: '签名无效',
    en: 'The signature does not verify',
    next: { zh: '请用登记的密钥重新签名', en: 'Sign with the key that is registered under this kid' },
  },
  signer_unknown: {
    problem: 'event_unauthorised',
    zh: '签名者未登记',
    en: 'The signer is not enrolled',
    next: { zh: '请先由国家锚点登记该主体', en: 'Have the national anchor enrol the entity first' },
  },
  signer_removed: {
    problem: 'event_unauthorised',
    zh: '签名者已被移除',
    en: 'The signer has been removed',
    next: { zh: '请由仍在册的主体签名', en: 'Have it signed by an entity that is still enrolled' },
  },
  key_unknown: {
    problem: 'event_unauthorised',
    zh: '密钥未登记',
    en: 'The signer has no registry key of this kid',
    next: { zh: '请用登记的注册密钥签名', en: 'Sign with a registered key of use registry' },
  },
  key_not_active: {
    problem: 'event_unauthorised',
    zh: '密钥未启用、已退役或已吊销',
    en: 'The key is not active: only announced, retired or revoked',
    next: { zh: '请改用启用中的密钥', en: 'Sign with an active key' },
  },
  time_implausible: {
    problem: 'event_invalid',
    zh: '签名时间在未来，或已超过事件的时限',
    en: 'The event is from the future, or older than an event may be',
    next: {
      zh: '请校准时钟后重新签名；事件须在签名后 5 分钟内提交，国家锚点的事件为 1 小时内',
      en: 'Set the clock right and sign again; an event counts for 5 minutes after it was signed, one of the anchor for an hour',
    },
  },
  sequence_replayed: {
    problem: 'log_conflict',
    zh: '该序号已被使用（重放）',
    en: 'The signer has used this seq before (a replay)',
    next: REREAD,
  },
  sequence_gap: {
    problem: 'log_conflict',
    zh: '序号跳跃（次序不对）',
    en: 'The seq skips one or more events (out of order)',
    next: REREAD,
  },
  chain_forked: {
    problem: 'log_conflict',
    zh: '与签名者上一事件不衔接（分叉）',
    en: "prev is not the signer's last event (a fork)",
    next: REREAD,
  },
  role_not_entitled: {
    problem: 'event_unauthorised',
    zh: '该类主体无权提交此类事件',
    en: 'An entity of this role may not sign this kind of event',
    next: { zh: '请由有权的主体签名', en: 'Have it signed by an entity entitled to it' },
  },
  province_foreign: {
    problem: 'event_unauthorised',
    zh: '省份只能代表自己',
    en: 'A province speaks for itself alone',
    next: { zh: '请由该省自己签名', en: 'Have that province sign it' },
  },
} as const satisfies Record<string, RejectionKind>;
