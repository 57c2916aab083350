import { ABROAD, type LocalisedText, NATIONAL_PLATFORM } from '../code-lists/index.ts';
import type { EntityRole, RegistryEventKind, RegistryKeyUse } from '../registry-event.ts';
import type { AdapterView, EntityView, MandateView, VersionView } from '../registry-views.ts';

/** What each event of the registry does, after the name of who signed it. */
export const EVENT_TEXTS = {
  registry_created: { zh: '创建注册表', en: 'creates the registry' },
  log_key_added: { zh: '加入一个日志签名密钥', en: "lets another key sign the log's checkpoints" },
  log_key_retired: { zh: '停用一个日志签名密钥', en: 'retires a key of the log for good' },
  entity_enrolled: { zh: '登记一个主体', en: 'enrols an entity' },
  entity_removed: { zh: '移除一个主体', en: 'removes an entity' },
  subordinate_admitted: { zh: '接纳一个下级主体', en: 'admits an entity below its signer' },
  subordinate_keys_changed: { zh: '下级主体更换密钥', en: 'takes the new keys of an entity below its signer' },
  subordinate_venues_changed: {
    zh: '更改授权服务器可担保的场所',
    en: 'changes which venues an authorization server may vouch for',
  },
  subordinate_removed: { zh: '移除一个下级主体', en: 'removes an entity below its signer' },
  key_announced: { zh: '公布下一把密钥', en: 'announces a key' },
  key_activated: { zh: '启用一把密钥', en: 'puts a key to use' },
  key_retired: { zh: '停用一把密钥', en: 'retires a key' },
  key_revoked: { zh: '吊销一把密钥', en: 'revokes a key' },
  adapter_submitted: { zh: '提交适配器版本', en: "submits a version of a province's adapter" },
  adapter_checked: { zh: '记录符合性检查结果', en: 'records a conformance check' },
  adapter_approved: { zh: '批准适配器版本', en: "approves a version of a province's adapter" },
  adapter_rejected: { zh: '最终拒绝适配器版本', en: "rejects a version of a province's adapter for good" },
  adapter_activated: { zh: '启用适配器版本', en: "puts a version of a province's adapter to use" },
  adapter_suspended: { zh: '暂停某省适配器', en: "suspends a province's adapter" },
  adapter_resumed: { zh: '恢复某省适配器', en: "resumes a province's adapter" },
  adapter_rolled_back: { zh: '回退适配器版本', en: "takes a province's adapter back to an earlier version" },
  policy_published: { zh: '公布目的地决策表', en: "puts a destination's table in force" },
  policy_withdrawn: { zh: '撤回目的地决策表', en: "withdraws a destination's table" },
  mandate_issued: { zh: '签发查验授权', en: 'issues a mandate' },
  mandate_revoked: { zh: '撤销查验授权', en: 'ends a mandate' },
} as const satisfies Record<RegistryEventKind, LocalisedText>;

export const ADAPTER_STATE_TEXTS = {
  active: { zh: '在用', en: 'active' },
  suspended: { zh: '已暂停', en: 'suspended' },
  registered: { zh: '已登记', en: 'registered' },
} as const satisfies Record<AdapterView['state'], LocalisedText>;

export const STAGE_TEXTS = {
  full: { zh: '全量', en: 'full' },
  shadow: { zh: '影子', en: 'shadow' },
  canary: { zh: '试用', en: 'on trial' },
  former: { zh: '曾用', en: 'former' },
  submitted: { zh: '已提交', en: 'submitted' },
  rejected: { zh: '已拒绝', en: 'rejected' },
} as const satisfies Record<VersionView['stage'], LocalisedText>;

const ENTITY_ROLE_TEXTS = {
  anchor: { zh: '国家锚点', en: 'national anchor' },
  province: { zh: '省级平台', en: 'province' },
  operator: { zh: '国家运营者', en: 'national operator' },
  registrar: { zh: '登记机构', en: 'registrar' },
  agency: { zh: '机构', en: 'agency' },
  auditor: { zh: '审计员', en: 'auditor' },
} as const satisfies Record<EntityRole, LocalisedText>;

/** What an entity is: the national platform is no province, nor is whoever signs abroad. */
export function entityKindText({ role, province }: Pick<EntityView, 'role' | 'province'>): LocalisedText {
  if (role === 'province' && province === NATIONAL_PLATFORM) return { zh: '国家平台', en: 'national platform' };
  if (role === 'province' && province === ABROAD) return { zh: '境外签发方', en: 'issuers abroad' };
  return ENTITY_ROLE_TEXTS[role];
}

export const KEY_USE_TEXTS = {
  registry: { zh: '注册表', en: 'registry' },
  federation: { zh: '联邦', en: 'federation' },
  statement: { zh: '状态声明', en: 'statements' },
  attestation: { zh: '证明', en: 'attestations' },
  witness: { zh: '见证', en: 'witness' },
} as const satisfies Record<RegistryKeyUse, LocalisedText>;

export const KEY_STATE_TEXTS = {
  announced: { zh: '已公布', en: 'announced' },
  active: { zh: '启用', en: 'active' },
  retired: { zh: '已退役', en: 'retired' },
  revoked: { zh: '已吊销', en: 'revoked' },
} as const satisfies Record<EntityView['keys'][number]['state'], LocalisedText>;

export const MANDATE_STATE_TEXTS = {
  active: { zh: '生效中', en: 'active' },
  upcoming: { zh: '未生效', en: 'upcoming' },
  ended: { zh: '已到期', en: 'ended' },
  revoked: { zh: '已撤销', en: 'revoked' },
} as const satisfies Record<MandateView['state'], LocalisedText>;
