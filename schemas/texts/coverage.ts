import type { CredentialOutcome } from '../code-lists/credential-codes.ts';
import type { LocalisedText } from '../code-lists/index.ts';
import type { AttentionKind, CoverageWindow, NodeFault } from '../coverage.ts';

/** What asks for attention, and what to look at first. */
export const ATTENTION_TEXTS = {
  recognition_falling: { zh: '绿码承认率下降', en: 'fewer greens are recognised than before' },
  unsubstantiated: { zh: '大量黄码、红码未证明依据', en: 'many yellow or red are not substantiated' },
  batch: { zh: '黄码、红码多为批量赋码', en: 'most yellow or red were assigned by the batch' },
  flip: { zh: '码色一小时内反复变化', en: 'colours change within the hour' },
  guessing: { zh: '客户端大量出示该省未知码', en: 'clients show many codes that the province does not know' },
  breaker_open: { zh: '暂不向该省查询', en: 'the province is not asked at the moment' },
  node_silent: { zh: '节点停止上报', en: 'a node does not report' },
  node_fault: { zh: '节点的上报有异常', en: "something is wrong with a node's reports" },
  mandate_lapsing: { zh: '查验授权七天内到期，或已到期', en: 'a mandate lapses within a week, or has lapsed' },
  deviation: { zh: '严于国家基准的规定', en: 'a rule is stricter than the national baseline' },
  exception_lapsing: { zh: '例外规定七天内到期', en: 'an exception lapses within a week' },
  approval_waiting: { zh: '适配器版本等待批准', en: 'a version of an adapter waits for approval' },
  key_lapsing: { zh: '密钥七天内到期', en: 'a key lapses within a week' },
  registry_behind: { zh: '注册表落后', en: 'the registry is behind' },
  registry_forked: { zh: '注册表分叉', en: 'the registry has forked' },
} as const satisfies Record<AttentionKind, LocalisedText>;

/** What is wrong with a node's reports. */
export const NODE_FAULT_TEXTS = {
  gap: { zh: '有上报丢失', en: 'reports were lost' },
  fork: { zh: '同一编号有两份上报', en: 'two reports of one number' },
  clock_off: { zh: '时钟不准', en: 'its clock is off' },
  stale: { zh: '收到过期的上报', en: 'a report was too old' },
  unverified: { zh: '有上报未通过验签', en: 'a report was not signed by its keys' },
  invalid: { zh: '有上报格式不符', en: 'a report was not as documented' },
  foreign: { zh: '上报了不属于它的计数', en: 'a report counted what is not its own to count' },
  unreachable: { zh: '无法连接', en: 'cannot be reached' },
  restarted: { zh: '编号重新开始', en: 'its numbering began anew' },
} as const satisfies Record<NodeFault, LocalisedText>;

export const WINDOW_TEXTS = {
  '1h': { zh: '近 1 小时', en: 'last hour' },
  '6h': { zh: '近 6 小时', en: 'last 6 hours' },
  '24h': { zh: '近 24 小时', en: 'last 24 hours' },
  '7d': { zh: '近 7 天', en: 'last 7 days' },
  '30d': { zh: '近 30 天', en: 'last 30 days' },
} as const satisfies Record<CoverageWindow, LocalisedText>;

/** Of what time the figures are, where another one was asked for and cannot be read. */
export function windowText(window: CoverageWindow): LocalisedText {
  const { zh, en } = WINDOW_TEXTS[window];
  return { zh: `（${zh}）`, en: ` (${en})` };
}

/** What is counted of the scans of one issuer at one destination. */
export const COUNT_TEXTS = {
  presented: { zh: '出示', en: 'presented' },
  green: { zh: '绿码', en: 'green' },
  recognised: { zh: '承认', en: 'recognised' },
  restricted: { zh: '限制', en: 'restricted' },
  referred: { zh: '转人工', en: 'referred' },
  indeterminate: { zh: '无法判定', en: 'cannot tell' },
  stale: { zh: '宽限期内的先前答复', en: 'earlier reply in its grace period' },
} as const satisfies Record<string, LocalisedText>;

/** What certificates from abroad come to. */
export const CERTIFICATE_TEXTS = {
  valid: { zh: '有效', en: 'valid' },
  invalid: { zh: '不予采信', en: 'not believed' },
  indeterminate: { zh: '无法判定', en: 'cannot tell' },
} as const satisfies Record<CredentialOutcome, LocalisedText>;

/** Whose they are; countries have no names here but those of trust lists. */
export function countryText(country: string): LocalisedText {
  if (country === 'other') return { zh: '以网址署名的签发者', en: 'issuers by an address' };
  if (country === 'unknown') return { zh: '签名不被采信', en: 'nobody whose signature counts' };
  return { zh: country, en: country };
}

export const COVERAGE_TEXTS = {
  title: { zh: '互认总览', en: 'Who recognises whom' },
  show: { zh: '查看范围', en: 'What is shown' },
  window: { zh: '时段', en: 'Over' },
  venue_kind: { zh: '场所类型', en: 'Kind of venue' },
  reason: { zh: '出现原因', en: 'Cells that show the reason' },
  every: { zh: '全部', en: 'all' },
  issuer: { zh: '签发省份', en: 'Issuer' },
  destination: { zh: '目的地', en: 'Destination' },
  rate: { zh: '绿码承认率', en: 'Greens recognised' },
  loading: { zh: '正在读取……', en: 'Reading …' },
  unreadable: {
    zh: '暂时读不到数据，正在重试。',
    en: 'Nothing can be read at the moment. It is tried again and again.',
  },
  live: { zh: '实时更新', en: 'live' },
  polling: { zh: '每几秒读取一次', en: 'read every few seconds' },
  lost: {
    zh: '暂时读不到新数据，以下为先前所读',
    en: 'nothing new can be read at the moment; what stands here was read before',
  },
  as_of: { zh: '截至', en: 'As of' },
  attention: { zh: '需要关注', en: 'What asks for attention' },
  attention_order: {
    zh: '先列正在影响通行的，再列将要影响的；各按一天内受影响的扫码数排列',
    en: 'What touches travellers now, then what will; each by how many scans of a day it touches',
  },
  attention_none: { zh: '目前没有。', en: 'Nothing at the moment.' },
  since: { zh: '始于', en: 'since' },
  until: { zh: '截止', en: 'until' },
  matrix: { zh: '互认矩阵', en: 'The matrix' },
  matrix_how: {
    zh: '行为签发省份，列为目的地；格内为绿码承认率（%）与出示次数。用方向键移动，按回车查看原因。',
    en: 'Rows: issuers; columns: destinations; in each cell the share of greens that were recognised (%), and how many scans. Arrow keys move, Enter shows the reasons.',
  },
  matrix_scrolls: { zh: '左右滑动可见其余目的地。', en: 'Scroll sideways for the other destinations.' },
  matrix_list_how: {
    zh: '每个签发省份下列出目的地；格内为绿码承认率（%）与出示次数。点按查看原因。',
    en: 'Below each issuer its destinations; in each the share of greens that were recognised (%), and how many scans. A tap shows the reasons.',
  },
  matrix_none: {
    zh: '此范围内没有可公布的扫码。可选更长的时段，或全部场所与原因。',
    en: 'There is nothing to show of these. A longer time, or all venues and reasons, may have something.',
  },
  empty_cell: { zh: '空格表示没有扫码。', en: 'An empty cell had no scans.' },
  own_cell: { zh: '本省', en: 'the province itself' },
  earlier: { zh: '上一省', en: 'Province before' },
  later: { zh: '下一省', en: 'Next province' },
  no_greens: { zh: '没有绿码', en: 'no greens' },
  detail: { zh: '原因', en: 'Reasons' },
  detail_close: { zh: '返回全部', en: 'Back to everything' },
  detail_none: { zh: '此范围内没有可公布的扫码。', en: 'There is nothing to show of these.' },
  certificates: { zh: '证书签发国家', en: 'Certificates by the country of their issuer' },
  certificates_how: {
    zh: '国名依信任名单，由裁定证书的节点计数；某国证书过少时不公布。',
    en: 'Countries as trust lists name them, counted by the node that decides; one that few are of is not shown.',
  },
  country: { zh: '国家或地区', en: 'Country' },
  only_reason: { zh: '只列出现此原因的格：', en: 'Only cells that show this reason: ' },
  scans: { zh: '次数', en: 'Scans' },
  latency: { zh: '耗时 p50 / p95', en: 'Time, p50 / p95' },
  export: { zh: '导出：', en: 'Take away: ' },
  trend: { zh: '逐小时变化', en: 'Hour by hour' },
  trend_how: {
    zh: '折线为绿码承认率（左侧刻度），柱为出示次数（右侧刻度）。未列出的小时没有可公布的扫码。',
    en: 'The line is the share of greens that were recognised (scale on the left); the bars are scans (scale on the right). An hour that is missing had none that can be shown.',
  },
  trend_table: { zh: '以表格查看', en: 'The same as a table' },
  hour: { zh: '小时', en: 'Hour' },
  nodes: { zh: '上报节点', en: 'Nodes that report' },
  nodes_none: { zh: '没有其他节点向此处上报。', en: 'No other node reports here.' },
  node: { zh: '节点', en: 'Node' },
  province: { zh: '省份', en: 'Province' },
  role: { zh: '角色', en: 'Role' },
  last_report: { zh: '最近上报', en: 'Last report' },
  never: { zh: '从未上报', en: 'never' },
  silent: { zh: '停止上报', en: 'silent' },
  faults: { zh: '异常', en: 'What is wrong' },
  well: { zh: '正常', en: 'all is well' },
  refused: { zh: '未答复的扫码', en: 'Scans that were not answered' },
  refused_none: { zh: '没有。', en: 'None.' },
  adapters: { zh: '签发省份的适配器', en: 'Adapters of the issuers' },
  adapter: { zh: '在用版本', en: 'Version in use' },
  conformance: { zh: '检查程度', en: 'Checked' },
  trial: { zh: '试用版本', en: 'Version on trial' },
  problem: { zh: '问题', en: 'Problem' },
  its_codes: { zh: '本省码在各目的地', en: 'Its codes, at other destinations' },
  here: { zh: '各省码在本省', en: "Other provinces' codes, here" },
  none_shown: { zh: '此时段内没有可公布的扫码。', en: 'There is nothing to show of this time.' },
  signals: { zh: '异常信号（近一小时）', en: 'Signals, of the last hour' },
  signals_none: { zh: '没有足够的扫码可供判断。', en: 'There are too few scans to tell.' },
  signal: { zh: '可能触发的信号', en: 'Signal that could be raised' },
  share: { zh: '占比', en: 'Share' },
  raised: { zh: '触发', en: 'Raised' },
  is_raised: { zh: '是', en: 'yes' },
  not_raised: { zh: '否', en: 'no' },
  registered: { zh: '适配器与申诉渠道', en: 'Its adapter, and where to complain' },
  registered_none: { zh: '该省没有登记适配器。', en: 'No adapter of it is registered.' },
} as const satisfies Record<string, LocalisedText>;

export const ROLE_TEXTS = {
  gateway: { zh: '目的地网关', en: 'gateway' },
  issuer: { zh: '签发节点', en: 'issuer' },
} as const satisfies Record<string, LocalisedText>;

export const ADAPTER_TEXTS = {
  active: { zh: '在用', en: 'in use' },
  suspended: { zh: '已暂停', en: 'suspended' },
  static: { zh: '静态检查', en: 'static' },
  live: { zh: '实测', en: 'live' },
  unchecked: { zh: '未知', en: 'not known' },
  shadow: { zh: '影子', en: 'shadow' },
  canary: { zh: '试用', en: 'on trial' },
} as const satisfies Record<string, LocalisedText>;

/** How many scans there were. */
export function scansText(count: string): LocalisedText {
  return { zh: `${count} 次扫码`, en: scansOf(count) };
}

/** How many scans of the last day something touches. */
export function affectedText(count: string): LocalisedText {
  return { zh: `涉及 ${count} 次扫码`, en: `${scansOf(count)} touched` };
}

function scansOf(count: string): string {
  return `${count} ${count === '1' ? 'scan' : 'scans'}`;
}

/** The way to one issuer's page; not every issuer is a province. */
export function ownPageText({ zh, en }: LocalisedText): LocalisedText {
  return { zh: `${zh}专页`, en: `the page of ${en}` };
}

/** What a list has beside what it shows at once. */
export function moreText(count: number): LocalisedText {
  return { zh: `其余 ${count} 项`, en: `${count} more` };
}

/** On a province's page, which shows a row and a column of the whole. */
export function withheldHereText(groups: number, below: number): LocalisedText {
  if (groups === 0) return { zh: '没有隐去的省份', en: 'No province is withheld here' };
  return {
    zh: `扫码少于 ${below} 次的组合不予公布，全国共 ${groups} 个；未列出的省份可能属于其中，也可能没有扫码`,
    en: `What has fewer than ${below} scans behind it is withheld: ${groups} ${groups === 1 ? 'pair' : 'pairs'} of issuer and destination in the whole country. A province that is not listed is in one of them, or had no scans`,
  };
}

/** What is not shown, and why nobody can tell where it is. */
export function withheldText(groups: number, below: number): LocalisedText {
  if (groups === 0) return { zh: '没有隐去的组合', en: 'Nothing is withheld' };
  return {
    zh: `另有 ${groups} 个签发地与目的地的组合已隐去：扫码少于 ${below} 次；未显示的可能是其中之一，也可能没有扫码`,
    en:
      groups === 1
        ? `1 more issuer at a destination is withheld, with fewer than ${below} scans behind it: what is not shown is that one, or had no scans`
        : `${groups} more issuers at destinations are withheld, with fewer than ${below} scans behind each: what is not shown is one of them, or had no scans`,
  };
}
