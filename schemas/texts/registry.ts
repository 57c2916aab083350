import type { AuthorityModel, RequiredApproval } from '../authority-model.ts';
import type { LocalisedText } from '../code-lists/index.ts';

interface Fault extends LocalisedText {
  /** The same wherever it is told. */
  readonly sign: '✗' | '⚠';
  /** No slow or silent gateway explains it: somebody else signed, or the history is another. */
  readonly isGrave: boolean;
}

/** Why a browser does not believe the gateway's log, by name. */
export const LOG_FAULTS = {
  unsigned: { sign: '✗', isGrave: true, zh: '日志缺少有效签名', en: 'The log is not signed' },
  keys_changed: { sign: '✗', isGrave: true, zh: '日志由陌生密钥签名', en: 'The log is signed by unknown keys' },
  forked: { sign: '✗', isGrave: true, zh: '日志与此前所见不一致', en: 'The log is not the same as before' },
  entries: { sign: '✗', isGrave: true, zh: '日志条目的证明不成立', en: 'Entries of the log do not hold' },
  behind: { sign: '⚠', isGrave: false, zh: '日志比此前所见更短', en: 'The log is shorter than before' },
  unreadable: { sign: '⚠', isGrave: false, zh: '日志无法读取', en: 'The log cannot be read' },
} as const satisfies Record<string, Fault>;
export type LogFault = keyof typeof LOG_FAULTS;

/** What that is, and what to do. */
export const LOG_FAULT_TEXTS = {
  unsigned: {
    zh: '须由本浏览器所认密钥签名。请勿批准任何内容，并通知国家平台。',
    en: 'No key that this browser knows signed it. Approve nothing, and tell the national platform.',
  },
  keys_changed: {
    zh: '这些密钥，本浏览器未曾见过。请先与信任锚文件所载密钥核对，再决定是否接受。',
    en: 'This browser has not seen these keys. Compare them with the log keys of the anchor file before you accept them.',
  },
  forked: {
    zh: '历史被改动或分叉。请勿批准任何内容，并通知国家平台。',
    en: 'Its history was changed or split. Approve nothing, and tell the national platform.',
  },
  entries: {
    zh: '有条目的签名或证明不成立，或与本页所得不符。请勿批准任何内容，并通知国家平台。',
    en: 'An entry is not signed or proved as it has to be, or says something else than this page is told. Approve nothing, and tell the national platform.',
  },
  behind: {
    zh: '此网关落后了，或者日志被截短。',
    en: 'This gateway is behind, or the log was cut.',
  },
  unreadable: {
    zh: '网关给出的内容无法识读。请稍后再试。',
    en: 'What the gateway gives as its log, or as its proof, cannot be read. Try again later.',
  },
} as const satisfies Record<LogFault, LocalisedText>;

/** What comes of a log of which nothing can be checked. */
export const LOG_DOUBTED: LocalisedText = {
  zh: '日志存疑期间，取自日志的内容未经核对、不予采信，历史也不显示。',
  en: 'While the log is in doubt, nothing that is told from it is checked or relied on, and no history is shown.',
};
/** What comes of one of which each entry can be. */
export const ENTRIES_DOUBTED: LocalisedText = {
  zh: '日志存疑期间，取自日志的内容不予采信；不成立的条目逐一标明。',
  en: 'While the log is in doubt, nothing that is told from it is relied on; each entry that does not hold is marked.',
};

/** What comes of a fault of the log. */
export function doubtedText(fault: LogFault): LocalisedText {
  return fault === 'entries' ? ENTRIES_DOUBTED : LOG_DOUBTED;
}

export const REGISTRY_TEXTS = {
  title: { zh: '注册表', en: 'Registry' },
  intro: {
    zh: '哪个系统代表哪个省作答、用的是哪个版本、由谁在何时批准。每一项都是公开日志中的一条签名记录，只增不改；本页在您的浏览器中重新核对。若连网关也不信任，请用 huren log verify 离线核对整个日志。',
    en: 'Which system answers for which province, in which version, and who approved it when. Every item is a signed entry of a public log that only grows; this page checks it again in your browser. Whoever does not trust the gateway either can check the whole log offline with huren log verify.',
  },
  loading: { zh: '正在读取注册表……', en: 'Reading the registry …' },
  live: { zh: '实时更新', en: 'live' },
  lost: { zh: '未更新', en: 'not up to date' },
  unreadable: { zh: '无法读取注册表，请稍后再试。', en: 'The registry cannot be read. Try again later.' },
  total_suspended: { zh: '已暂停', en: 'suspended' },
  total_trial: { zh: '试用中', en: 'on trial' },
  total_waiting: { zh: '待批准', en: 'awaiting approval' },
  provinces: { zh: '各省适配器', en: 'Adapters of the provinces' },
  provinces_none: { zh: '尚无任何省份的适配器。', en: 'No province has an adapter yet.' },
  search: { zh: '查找省份、系统或代码', en: 'Find a province, system or code' },
  found: { zh: '个匹配', en: 'found' },
  nothing_found: {
    zh: '没有匹配的省份。可输入省名、六位代码或系统名的一部分。',
    en: 'No province matches. A part of its name, of its code or of its system will do.',
  },
  active: { zh: '在用版本', en: 'Version in use' },
  active_before: { zh: '暂停前在用版本', en: 'Version in use before it was suspended' },
  on_trial: { zh: '试用版本', en: 'Version on trial' },
  of_codes: { zh: '的码', en: 'of codes' },
  suspended: { zh: '暂停', en: 'Suspended' },
  remedy: { zh: '申诉渠道', en: 'Remedy' },
  phone: { zh: '电话', en: 'phone' },
  versions: { zh: '版本', en: 'Versions' },
  version: { zh: '版本', en: 'Version' },
  digest: { zh: '声明摘要', en: 'Manifest digest' },
  manifest: { zh: '声明（JSON）', en: 'Manifest (JSON)' },
  submitted: { zh: '提交', en: 'Submitted' },
  checked: { zh: '符合性检查', en: 'Conformance check' },
  passed: { zh: '通过', en: 'passed' },
  failed: { zh: '未通过', en: 'failed' },
  static: { zh: '静态', en: 'static' },
  live_level: { zh: '实测', en: 'live' },
  approvals: { zh: '批准', en: 'Approvals' },
  counts_no_more: { zh: '不再有效', en: 'counts no more' },
  rejected: { zh: '已拒绝', en: 'Rejected' },
  report: { zh: '符合性报告', en: 'Conformance report' },
  report_wrong: { zh: '报告与日志中的摘要不一致。', en: 'The report is not the one whose digest is in the log.' },
  report_none: { zh: '没有发现问题。', en: 'No problem was found.' },
  authority: { zh: '谁可以赋码、转码', en: 'Who may assign and convert' },
  none: { zh: '无', en: 'none' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  checking: { zh: '正在核对……', en: 'checking …' },
  proved: { zh: '已在本浏览器证明', en: 'proved in this browser' },
  not_checked: { zh: '日志存疑，未核对', en: 'not checked while the log is in doubt' },
  not_proved: { zh: '证明不成立', en: 'the proof does not hold' },
  unproven: { zh: '证明不成立', en: 'proof does not hold' },
  not_proven: { zh: '未证明', en: 'not proven' },
  claimed: { zh: '网关称', en: 'the gateway says' },
  deviations: { zh: '目的地更严的规定', en: 'Where destinations are stricter' },
  deviations_none: {
    zh: '没有任何目的地比国家基准更严。',
    en: 'No destination is stricter than the national baseline.',
  },
  stricter: { zh: '更严', en: 'Stricter' },
  basis: { zh: '依据', en: 'Basis' },
  ends: { zh: '截止', en: 'Ends' },
  mandates: { zh: '查验授权', en: 'Mandates' },
  mandates_none: {
    zh: '没有任何查验授权：此时不得查验任何人。',
    en: 'There is no mandate: nobody may be checked.',
  },
  from: { zh: '自', en: 'From' },
  until: { zh: '至', en: 'Until' },
  regions: { zh: '地区', en: 'Regions' },
  entities: { zh: '主体与密钥', en: 'Entities and keys' },
  entities_how: {
    zh: '只有国家锚点登记和移除主体；其密钥不在任何浏览器中。命令：',
    en: 'The national anchor alone enrols and removes entities, and its key is in no browser. The command: ',
  },
  removed: { zh: '已移除', en: 'removed' },
  history: { zh: '历史', en: 'History' },
  history_how: {
    zh: '直接读自日志：谁、何时、做了什么、为什么。新的在前。',
    en: 'Read from the log itself: who did what, when and why. The newest comes first.',
  },
  history_kind: { zh: '显示', en: 'Show' },
  history_all: { zh: '全部记录', en: 'every entry' },
  history_adapters: { zh: '适配器', en: 'adapters' },
  history_rules: { zh: '规定与授权', en: 'policies and mandates' },
  history_entities: { zh: '主体与密钥', en: 'entities and keys' },
  history_earlier: { zh: '更早的记录', en: 'Earlier entries' },
  history_none: { zh: '没有这类记录。', en: 'There is no such entry.' },
  history_unreadable: {
    zh: '此段日志无法证明，不予显示。',
    en: 'This part of the log cannot be proved, and is not shown.',
  },
  not_signed: { zh: '签名不成立', en: 'its signature does not hold' },
  log: { zh: '日志', en: 'The log' },
  log_key: { zh: '日志密钥', en: 'Key of the log' },
  log_root: { zh: '根', en: 'Root' },
  log_seen: { zh: '本浏览器此前所见', en: 'Seen by this browser before' },
  log_served: { zh: '网关现在给出', en: 'Served by this gateway now' },
  signature_good: { zh: '日志签名已在本浏览器核对', en: "the log's signature verified in this browser" },
  first_seen: {
    zh: '本浏览器首次见到此日志，已记住其密钥。请与信任锚文件中的日志密钥核对一次。',
    en: 'This browser sees this log for the first time and remembers its keys. Compare them once with the log keys of the anchor file.',
  },
  accept_log: { zh: '我已另行核对，接受此日志', en: 'I have compared it by another way: accept this log' },
} as const satisfies Record<string, LocalisedText>;

export const APPROVAL_ACTION_TEXTS = {
  sign: { zh: '签字', en: 'signs' },
  review: { zh: '审核', en: 'reviews' },
  assign: { zh: '赋码', en: 'assigns' },
} as const satisfies Record<RequiredApproval['action'], LocalisedText>;

export const FOREIGN_CONVERSION_TEXTS = {
  original_assigner: { zh: '只由原赋码方转换', en: 'converted by the original assigner alone' },
  any_entitled: { zh: '任何有权机构均可转换', en: 'converted by any entitled body' },
} as const satisfies Record<AuthorityModel['foreign_conversion'], LocalisedText>;

/** An authority model, row by row. */
export const AUTHORITY_TEXTS = {
  may_assign: { zh: '可赋码', en: 'May assign' },
  may_convert: { zh: '可转码', en: 'May convert' },
  may_release: { zh: '可解除', en: 'May release' },
  approvals: { zh: '须经批准', en: 'Approvals needed' },
  approvals_signed: { zh: '批准须签名', en: 'Approvals signed' },
  batch: { zh: '批量', en: 'Batches' },
  evidence_from_levels: { zh: '须附证据的层级', en: 'Evidence from' },
  foreign_conversion: { zh: '外省推送的码', en: 'Pushed by another province' },
  instrument_required: { zh: '须注明依据文件', en: 'Instrument cited' },
  grounds: { zh: '可用的依据', en: 'Grounds in use' },
  source: { zh: '规则来源', en: 'Source of the rule' },
} as const satisfies Record<keyof AuthorityModel, LocalisedText>;
export const ANY_ROLE: LocalisedText = { zh: '任何机构', en: 'any body' };

/** Who takes batches of so many people and more. */
export function batchText(threshold: number): LocalisedText {
  return { zh: `${threshold} 人及以上由`, en: `${threshold} people and more: ` };
}

/** Where the registry cannot be read now. `at`: when it was, in words. */
export function lostText(at: string): LocalisedText {
  return {
    zh: `暂时读不到注册表。以下均为${at}所读，可能已经过时。`,
    en: `The registry cannot be read at the moment. What stands here was read at ${at}, and may be out of date.`,
  };
}

/** In whose time everything stands: by the zone's name and by its distance from UTC. */
export function timesText(zone: string, offset: string): LocalisedText {
  return { zh: `时间均为${zone}（${offset}）`, en: `Times in ${zone} (${offset})` };
}

/** After the number of them. */
export function adaptersText(count: number): LocalisedText {
  return { zh: '个适配器', en: count === 1 ? 'adapter' : 'adapters' };
}

/** In how many cases a destination is stricter. */
export function casesText(count: number): LocalisedText {
  return { zh: `${count} 种情形`, en: count === 1 ? '1 case' : `${count} cases` };
}

/** Since when a key is what it is, and until when; `expires`: null where it has no end. */
export function keyTimesText(since: string, expires: string | null): LocalisedText {
  return {
    zh: `${since}起；${expires === null ? '未设期限' : `${expires}到期`}`,
    en: `since ${since}; ${expires === null ? 'no end set' : `expires ${expires}`}`,
  };
}

export function entryText(index: number): LocalisedText {
  return { zh: `日志第 ${index} 条`, en: `entry ${index} of the log` };
}

export function entitiesText(count: number): LocalisedText {
  return { zh: `${count} 个主体`, en: count === 1 ? '1 entity' : `${count} entities` };
}

/** `at`: when something was so, of which nobody can tell whether it is. */
export function asOfText(at: string): LocalisedText {
  return { zh: `截至${at}`, en: `as of ${at}` };
}

/**
 * What this browser has seen before of a log that has only grown since, or has not. `size`: as it was; `now`: as it is;
 * `lostAt`: when it was so, where it cannot be read now.
 */
export function consistentText(size: number, now: number, lostAt: string | null): LocalisedText {
  const { zh, en } = sizeText(size);
  if (lostAt !== null) return consistentThen({ zh, en }, size === now, asOfText(lostAt));
  if (size === now) {
    return {
      zh: `与此前所见相同：${zh}，未改，也无新增。`,
      en: `Nothing has changed or been added since this browser looked last: ${en}.`,
    };
  }
  return {
    zh: `此前所见的 ${zh}未改，只有新增。`,
    en: `Nothing that was seen before has changed; seen before: ${en}.`,
  };
}

function consistentThen(size: LocalisedText, isSame: boolean, asOf: LocalisedText): LocalisedText {
  return {
    zh: `${asOf.zh}，此前所见的 ${size.zh}未改，${isSame ? '也无新增' : '只有新增'}；此后如何，无从得知。`,
    en: `Nothing that was seen before (${size.en}) had changed${isSame ? ', and nothing was added,' : ''} ${asOf.en}; since then nothing is known.`,
  };
}

export function sizeText(size: number): LocalisedText {
  return {
    zh: `${size.toLocaleString('zh-CN')} 条`,
    en: size === 1 ? '1 entry' : `${size.toLocaleString('en-GB')} entries`,
  };
}
