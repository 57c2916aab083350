import type { LocalisedText } from './code-lists/index.ts';
import type { ProblemCode } from './problem.ts';

interface RejectionKind extends LocalisedText {
  readonly problem: Extract<ProblemCode, 'event_invalid' | 'event_unauthorised' | 'log_conflict'>;
  readonly next: LocalisedText;
}

const MEND = { zh: '请修正事件并重新签名', en: 'Mend the event and sign it again' };
const REREAD = {
  zh: '请从 /v1/registry/entities 读取最新序号后重新签名',
  en: 'Read your present seq and prev from /v1/registry/entities, then sign again',
};
const ANCHOR_SIGNS = { zh: '请由国家锚点签名', en: 'Have the national anchor sign it' };

/** Why the registry refuses an event, and what to do then. Closed: every refused step has its own code. */
export const REJECTIONS = {
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
  entity_unknown: {
    problem: 'event_invalid',
    zh: '所指主体不存在或已移除',
    en: 'The entity named is not enrolled',
    next: { zh: '请核对 /v1/registry/entities', en: 'Look it up in /v1/registry/entities' },
  },
  entity_exists: {
    problem: 'log_conflict',
    zh: '该主体已登记',
    en: 'The entity is enrolled already',
    next: { zh: '如需换密钥，请由其自行公布', en: 'For new keys, have it announce them itself' },
  },
  entity_role_fixed: {
    problem: 'event_invalid',
    zh: '重新登记不得改变角色或省份',
    en: 'An entity keeps its role and province when enrolled again',
    next: { zh: '请使用新的主体标识', en: 'Use another entity identifier' },
  },
  province_taken: {
    problem: 'log_conflict',
    zh: '该省已有登记主体',
    en: 'The province has an entity already',
    next: { zh: '请先移除原主体', en: 'Remove that entity first' },
  },
  province_missing: {
    problem: 'event_invalid',
    zh: '省级主体须注明省份，其他主体不得注明',
    en: 'A province entity names its province, and no other does',
    next: MEND,
  },
  superior_invalid: {
    problem: 'event_invalid',
    zh: '机构须注明其上级省份',
    en: 'An agency names its province as superior, and no other entity does',
    next: MEND,
  },
  subordinate_exists: {
    problem: 'log_conflict',
    zh: '该主体已有上级',
    en: 'The entity has a superior already',
    next: { zh: '请先由其现上级移除', en: 'Have its present superior remove it first' },
  },
  subordinate_unknown: {
    problem: 'event_invalid',
    zh: '该主体不在本上级之下',
    en: 'No such entity is admitted below this superior',
    next: { zh: '请核对主体标识', en: 'Check the entity identifier' },
  },
  subordinate_invalid: {
    problem: 'event_invalid',
    zh: '准入内容与主体类别不符',
    en: 'The admission does not fit the kind of the entity',
    next: {
      zh: '省级主体须写明省份并已登记，机构须写明层级和角色，其余不得写',
      en: 'A province names its code and is enrolled, an agency its level and role, nobody else does',
    },
  },
  keys_not_handed_over: {
    problem: 'event_unauthorised',
    zh: '新密钥未由原密钥签署',
    en: 'The new keys are not signed for with a key that the entity had before',
    next: {
      zh: '请提交由原密钥签署、列有新密钥的主体配置；原密钥遗失时须移除后重新准入',
      en: 'Send a configuration that lists them, signed with a key from before; where those are lost, remove and admit anew',
    },
  },
  anchor_fixed: {
    problem: 'event_unauthorised',
    zh: '锚点不能被移除',
    en: 'The anchor cannot be removed',
    next: { zh: '请另建注册表', en: 'Start another registry' },
  },
  key_reused: {
    problem: 'event_invalid',
    zh: '密钥已被使用',
    en: 'The key or its kid is in use already, here or by another entity',
    next: { zh: '请生成新的密钥', en: 'Make a new key' },
  },
  key_ended: {
    problem: 'event_invalid',
    zh: '该密钥已终止，不能再列入',
    en: 'The key has ended by the log or by its own end, and does not come back',
    next: { zh: '请生成新的密钥', en: 'Make a new key' },
  },
  key_unsuited: {
    problem: 'event_invalid',
    zh: '该类密钥不能用于此用途',
    en: 'A key of this curve does not serve this use',
    next: { zh: '请使用 P-256 或 Ed25519 密钥', en: 'Use a P-256 or Ed25519 key' },
  },
  key_invalid: {
    problem: 'event_invalid',
    zh: '该公钥不是其曲线上的点',
    en: 'The key is no point on its curve, so nothing could be verified with it',
    next: { zh: '请重新导出公钥', en: 'Export the public key again' },
  },
  key_expired: {
    problem: 'event_unauthorised',
    zh: '密钥已过其登记的有效期',
    en: 'The key has reached the end that was announced for it',
    next: { zh: '请改用启用中的密钥', en: 'Sign with an active key' },
  },
  key_state_wrong: {
    problem: 'log_conflict',
    zh: '密钥当前状态不允许此操作',
    en: 'The key is not in the state that this step starts from',
    next: {
      zh: '次序：公布、启用、退役；随时可吊销',
      en: 'The order is announced, active, retired; revoked at any time',
    },
  },
  key_last: {
    problem: 'event_invalid',
    zh: '不能停用最后一个注册密钥',
    en: 'The last active registry key cannot be retired',
    next: { zh: '请先公布并启用新的密钥', en: 'Announce and activate another key first' },
  },
  manifest_invalid: {
    problem: 'event_invalid',
    zh: '适配器声明不符合格式',
    en: 'The manifest does not have the documented form',
    next: { zh: '请运行 huren adapter check', en: 'Run huren adapter check' },
  },
  scenarios_missing: {
    problem: 'event_invalid',
    zh: '缺少与摘要一致的场景文件',
    en: 'The scenarios that the digest stands for did not come along',
    next: {
      zh: '请以 JSON {event, scenarios} 提交',
      en: 'Post JSON {event, scenarios}, scenarios being the exact text of fixtures/scenarios.json',
    },
  },
  version_exists: {
    problem: 'log_conflict',
    zh: '该版本已提交',
    en: 'The version has been submitted before',
    next: { zh: '请提高版本号', en: 'Raise the version' },
  },
  version_not_newer: {
    problem: 'event_invalid',
    zh: '版本号未提高',
    en: 'The version is not newer than the last one',
    next: { zh: '请提高版本号', en: 'Raise the version' },
  },
  version_unknown: {
    problem: 'event_invalid',
    zh: '没有此版本',
    en: 'No such version has been submitted',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
  digest_mismatch: {
    problem: 'event_invalid',
    zh: '摘要与已提交的内容不一致',
    en: 'The digest is not that of the bytes submitted',
    next: { zh: '请重新审阅已提交的内容', en: 'Review what was submitted, then sign its digest' },
  },
  report_invalid: {
    problem: 'event_invalid',
    zh: '符合性报告不是规定格式，或不是此版本的报告',
    en: 'The conformance report has not the documented form, or is about something else',
    next: { zh: '请重新运行符合性检查', en: 'Have the kit check this very version again' },
  },
  check_missing: {
    problem: 'event_unauthorised',
    zh: '尚未通过符合性检查',
    en: 'The conformance check has not run yet',
    next: { zh: '请等待检查完成', en: 'Wait for the check' },
  },
  check_failed: {
    problem: 'event_unauthorised',
    zh: '符合性检查未通过，不得推进',
    en: 'The conformance check failed, so the version cannot be moved',
    next: { zh: '请查看报告并提交修正版本', en: 'Read its report, mend it and submit a new version' },
  },
  self_approval: {
    problem: 'event_unauthorised',
    zh: '提交者不能自行批准',
    en: 'Who submitted a version cannot approve it',
    next: { zh: '请由两名国家运营者批准', en: 'Have two national operators approve it' },
  },
  approval_repeated: {
    problem: 'log_conflict',
    zh: '该运营者已批准此版本',
    en: 'This operator has approved this version already',
    next: { zh: '请由另一名运营者批准', en: 'Have another operator approve it' },
  },
  approvals_missing: {
    problem: 'event_unauthorised',
    zh: '尚无两名不同运营者的有效批准',
    en: 'Two different operators, still enrolled, have not approved these bytes',
    next: { zh: '请另一名运营者批准', en: 'Have another operator approve it' },
  },
  version_rejected: {
    problem: 'log_conflict',
    zh: '该版本已被拒绝',
    en: 'This version was rejected',
    next: { zh: '请由该省提交新版本', en: 'Have the province submit a new version' },
  },
  version_in_use: {
    problem: 'log_conflict',
    zh: '该版本正在使用或试用',
    en: 'This version is in use or on trial',
    next: { zh: '请先暂停适配器或回退版本', en: 'Suspend the adapter or roll it back first' },
  },
  no_active_version: {
    problem: 'event_invalid',
    zh: '该省没有正在使用的版本',
    en: 'The province has no version in full use',
    next: { zh: '请先全量启用一个版本', en: 'Activate a version in full first' },
  },
  trial_not_comparable: {
    problem: 'event_invalid',
    zh: '试用版本识别的码与现用版本不同，无法对照',
    en: 'A version on trial must recognise the same codes as the active one',
    next: { zh: '请全量启用，必要时回退', en: 'Activate it in full; roll back if need be' },
  },
  already_active: {
    problem: 'log_conflict',
    zh: '该版本已在全量使用',
    en: 'This version is in full use already',
    next: { zh: '无需操作', en: 'Nothing is left to do' },
  },
  recogniser_overlap: {
    problem: 'event_invalid',
    zh: '识别规则与其他省份冲突',
    en: "It could claim another system's codes",
    next: { zh: '请使用更明确的标记并提交新版本', en: 'Use a clearer mark and submit a new version' },
  },
  node_not_admitted: {
    problem: 'event_invalid',
    zh: 'node 不是该省已认可的签发节点',
    en: 'The node that the manifest names is no issuer that the province has admitted',
    next: { zh: '请先由该省认可此签发节点', en: 'Have the province admit that issuer first' },
  },
  adapter_unknown: {
    problem: 'event_invalid',
    zh: '该省没有适配器',
    en: 'The province has no adapter',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
  adapter_is_suspended: {
    problem: 'log_conflict',
    zh: '适配器已暂停',
    en: 'The adapter is suspended',
    next: { zh: '请先恢复', en: 'Resume it first' },
  },
  adapter_not_suspended: {
    problem: 'log_conflict',
    zh: '适配器未被暂停',
    en: 'The adapter is not suspended',
    next: { zh: '无需操作', en: 'Nothing is left to do' },
  },
  suspension_not_yours: {
    problem: 'event_unauthorised',
    zh: '国家层面的暂停不能由省份自行解除',
    en: 'A suspension by the national side is not lifted by the province',
    next: { zh: '请由国家运营者恢复', en: 'Have a national operator resume it' },
  },
  rollback_target: {
    problem: 'event_invalid',
    zh: '只能回退到曾全量使用的其他版本',
    en: 'Only a version that was in full use before can be rolled back to',
    next: { zh: '请核对 /v1/registry/adapters', en: 'Look it up in /v1/registry/adapters' },
  },
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

export type RejectionCode = keyof typeof REJECTIONS;
