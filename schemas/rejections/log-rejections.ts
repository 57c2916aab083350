import type { RejectionKind } from './rejection-kind.ts';

/** The registry itself: its beginning, and the keys of its log. */
export const LOG_REJECTIONS = {
  registry_missing: {
    problem: 'log_conflict',
    zh: '注册表尚未创建',
    en: 'There is no registry yet',
    next: { zh: '请先由国家锚点提交创建事件', en: 'Have the anchor post registry_created first' },
  },
  registry_exists: {
    problem: 'log_conflict',
    zh: '注册表已经存在',
    en: 'The registry exists already',
    next: { zh: '请使用现有注册表', en: 'Use the registry that there is' },
  },
  anchor_untrusted: {
    problem: 'event_unauthorised',
    zh: '不是本网关所信任的锚点',
    en: 'Not the anchor that this gateway trusts',
    next: {
      zh: '请核对 HUREN_ANCHOR_FILE 中的标识与密钥',
      en: 'Compare entity and key with those in HUREN_ANCHOR_FILE',
    },
  },
  log_key_mismatch: {
    problem: 'event_invalid',
    zh: '创建事件未写明本日志的名称与密钥',
    en: "The event does not name this log's origin and key",
    next: { zh: '请写入 /v1/log/key 所示内容', en: 'Put in what GET /v1/log/key says' },
  },
  log_key_invalid: {
    problem: 'event_invalid',
    zh: '不是本日志名称下的验证密钥',
    en: "Not an Ed25519 verifier key under this log's name",
    next: {
      zh: '请写入登记方日志签名密钥的公开一行',
      en: "Put in the public line of the registry's own log key, as its operator prints it",
    },
  },
  log_key_unknown: {
    problem: 'event_invalid',
    zh: '日志没有使用此密钥',
    en: 'The log does not use this key',
    next: { zh: '请核对 /v1/registry/entities 中的 log.keys', en: 'Look at log.keys in /v1/registry/entities' },
  },
  log_key_last: {
    problem: 'event_invalid',
    zh: '不能停用日志的最后一个密钥',
    en: "The log's last key cannot be retired",
    next: { zh: '请先加入新的日志密钥', en: 'Add another log key first' },
  },
  log_keys_full: {
    problem: 'event_invalid',
    zh: '日志密钥已达 4 个',
    en: 'The log has 4 keys already',
    next: { zh: '请先停用一个旧密钥', en: 'Retire an old one first' },
  },
  log_key_unheld: {
    problem: 'event_invalid',
    zh: '登记方不持有余下的任何日志密钥，日志将无法签名',
    en: 'The registry holds none of the log keys that would be left, so nothing could be signed any more',
    next: {
      zh: '请先让登记方持有新密钥并重启，再停用旧密钥',
      en: 'Give the registry the new key first, then retire the old one',
    },
  },
} as const satisfies Record<string, RejectionKind>;
