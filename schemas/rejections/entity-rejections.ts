import { MEND, type RejectionKind } from './rejection-kind.ts';

/** Entities, who stands above them, and their keys. */
export const ENTITY_REJECTIONS = {
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
} as const satisfies Record<string, RejectionKind>;
