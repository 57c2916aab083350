import { z } from 'zod';
import { keysOf, type LocalisedText, provinceCodeSchema } from './code-lists/index.ts';

interface ReadinessText extends LocalisedText {
  readonly next: LocalisedText;
}

/** Why venues, or others who rely on this node, should not be sent here, and what to do then. Closed. */
export const READINESS_REASONS = {
  draining: {
    zh: '正在停止',
    en: 'it is being stopped',
    next: { zh: '无需处理', en: 'nothing is to be done' },
  },
  no_trust_anchor: {
    zh: '未指定信任锚',
    en: 'nobody told it whom to believe',
    next: { zh: '将 HUREN_ANCHOR_FILE 设为国家锚点文件', en: 'set HUREN_ANCHOR_FILE to the national anchor file' },
  },
  no_gateway: {
    zh: '本节点没有任何目的地的网关主体',
    en: 'it hosts no gateway of any destination',
    next: {
      zh: '用 huren authority init 建立该主体，并由上级接纳',
      en: 'make the entity with huren authority init, and have its superior admit it',
    },
  },
  no_issuer: {
    zh: '本节点没有任何省份的签发主体',
    en: 'it is to answer other gateways, and hosts no issuer of any province',
    next: {
      zh: '用 huren authority init 建立该主体，并由所属省份接纳；或从 HUREN_ROLES 中去掉 issuer',
      en: 'make the entity with huren authority init and have its province admit it, or leave issuer out of HUREN_ROLES',
    },
  },
  not_admitted: {
    zh: '上级尚未接纳本主体',
    en: 'no superior has admitted it',
    next: {
      zh: '用 huren authority request 生成申请，交上级以 huren authority admit 接纳',
      en: 'write a request with huren authority request, and have the superior admit it with huren authority admit',
    },
  },
  chain_unverified: {
    zh: '本节点的答复通不过验证：通向锚点的信任链无效或已过期',
    en: 'its own answers would not verify: its chain to the anchor is broken or has expired',
    next: {
      zh: '确认上级与锚点可达，并用 huren config check 查明断在何处',
      en: 'see that its superior and the anchor answer; huren config check names the broken link',
    },
  },
  registry_missing: {
    zh: '尚无注册表',
    en: 'there is no registry yet',
    next: {
      zh: '由国家锚点创建注册表；跟随者请确认 HUREN_LOG_URL 可达',
      en: 'have the national anchor create it; a follower needs HUREN_LOG_URL to answer once',
    },
  },
  registry_fault: {
    zh: '注册表日志不可信，已停止跟随',
    en: 'the log of the registry cannot be right and is no longer followed',
    next: {
      zh: '查看日志中的 fatal 行，从备份或其他实例恢复',
      en: 'read the fatal line in the log, then restore from a backup or another instance',
    },
  },
  registry_behind: {
    zh: '注册表状态过旧：长时间未能与注册表联系',
    en: 'what it knows of the registry is too old: it has not reached it for long',
    next: { zh: '确认 HUREN_LOG_URL 可达', en: 'see that HUREN_LOG_URL answers' },
  },
  registry_forked: {
    zh: '注册表给出了两份互相矛盾的历史：与此前不一致，或与别的节点所见不一致',
    en: 'the registry shows two histories: another one than before, or another one to other nodes',
    next: {
      zh: '运行 huren log evidence，保留数据目录中的 fork-*.txt，并告知国家锚点',
      en: 'run huren log evidence, keep fork-*.txt in the data directory, and tell the national anchor',
    },
  },
  no_authorization_server: {
    zh: '本省尚未准入任何场所授权服务器',
    en: 'its province has admitted no authorization server of venues',
    next: {
      zh: '由本省以 huren authority admit 准入其授权服务器',
      en: 'have the province admit its authorization server with huren authority admit',
    },
  },
  no_adapter: {
    zh: '没有任何省份的适配器在用',
    en: 'no province has an adapter in use',
    next: { zh: '提交、批准并启用适配器', en: 'have an adapter submitted, approved and activated' },
  },
  mandate_upcoming: {
    zh: '授权尚未生效',
    en: 'the mandate has not begun',
    next: { zh: '等待其生效', en: 'wait until it begins' },
  },
  mandate_lapsed: {
    zh: '授权已到期，不再允许查验',
    en: 'the mandate has ended, and with it every check',
    next: { zh: '如仍需查验，由国家锚点签发新的授权', en: 'where checks are still needed, the anchor issues another' },
  },
  mandate_none: {
    zh: '没有授权',
    en: 'there is no mandate',
    next: { zh: '由国家锚点签发授权', en: 'have the national anchor issue one' },
  },
  token_unavailable: {
    zh: '存放签名密钥的 PKCS#11 令牌不可用',
    en: 'the PKCS#11 token that holds its keys cannot be used',
    next: {
      zh: '检查令牌、模块与 PIN 文件；恢复后自动继续',
      en: 'look at the token, its module and the PIN file; it goes on by itself once the token is back',
    },
  },
  clock_off: {
    zh: '本机时钟偏差超过 30 秒',
    en: 'the clock of this machine is more than 30 s off',
    next: { zh: '修复时间同步', en: 'mend time synchronisation' },
  },
} as const satisfies Record<string, ReadinessText>;

export const readinessReasonSchema = z.literal(keysOf(READINESS_REASONS)).meta({
  id: 'ReadinessReason',
  description:
    'Why venues should not be sent to an instance; x-meanings says what each code means and what to do then.',
  'x-meanings': READINESS_REASONS,
});
export type ReadinessReason = z.infer<typeof readinessReasonSchema>;

/** What a node does less well than it could, while its answers are right. */
export const DEGRADED_REASONS = {
  registry_unaudited: {
    zh: '快照之前的日志条目尚未全部复核',
    en: 'the entries of the log below the snapshot have not all been checked again yet',
    next: { zh: '等待后台复核完成', en: 'wait for the check in the background' },
  },
  key_waiting: {
    zh: '新密钥尚未记入注册表日志，暂不用于签名',
    en: 'a new key signs nothing yet: the log does not have it, or the superior does not say so',
    next: {
      zh: '通常几秒内完成；若持续，请确认上级与注册表可达，并查看本节点日志',
      en: 'a few seconds are usual; if it lasts, see that superior and registry answer, and read the log of this node',
    },
  },
} as const satisfies Record<string, ReadinessText>;

export const degradedReasonSchema = z.literal(keysOf(DEGRADED_REASONS)).meta({
  id: 'DegradedReason',
  'x-meanings': DEGRADED_REASONS,
});

/** What answers less than it could. */
export const degradedSchema = z.union([
  z.strictObject({ province: provinceCodeSchema, breaker: z.enum(['half-open', 'open']) }),
  z.strictObject({
    store: z.enum(['redis', 'database', 'coverage', 'passes']),
    state: z.enum(['unreachable', 'damaged']),
  }),
  z
    .strictObject({ resource: z.literal('open_files'), limit: z.int().min(0), needed: z.int() })
    .meta({ description: 'files and connections that the process may have open, and how many it should' }),
  z.strictObject({ reason: degradedReasonSchema }),
]);
export type Degraded = z.infer<typeof degradedSchema>;

/**
 * Reasons that are told while a node goes on answering from its last good state, inside the mandates' time: turning every
 * gateway away because the registry is away, or shows another history, would be an outage made by ourselves.
 */
export const SERVING_REASONS: ReadonlySet<ReadinessReason> = new Set(['registry_behind', 'registry_forked']);

/** What GET /readyz answers: 200 while `ready`, 503 otherwise. */
export const readinessSchema = z
  .strictObject({
    ready: z.boolean(),
    reasons: z.array(readinessReasonSchema).readonly(),
    degraded: z.array(degradedSchema).readonly(),
    mandates: z.strictObject({
      state: z.enum(['active', 'upcoming', 'lapsed', 'none']),
      active: z.array(z.string()).readonly(),
      lastEndsMs: z.int().nullable(),
      nextStartsMs: z.int().nullable(),
    }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof readinessSchema>;
