import { GROUNDS, LEVELS, type LocalisedText, REASONS, ROLES } from '../code-lists/index.ts';
import { PROBLEMS } from '../problem.ts';
import { STATUS_TEXTS } from './answer.ts';
import { type CodedTexts, readCoded, sayCoded, type WordLists } from './coded.ts';
import { conformanceCheckText } from './conformance-checks.ts';
import { DECISION_WORDS } from './decision-words.ts';
import { SCHEMA_FAULT_LISTS, SCHEMA_FAULT_TEXTS } from './schema-faults.ts';

/** What a finding of the conformance kit says beside its code. Values are of the adapter's own files, never of a person. */
export const CONFORMANCE_DETAILS = {
  ...SCHEMA_FAULT_TEXTS,
  as_written: { zh: '{text}', en: '{text}' },
  folder_should_be: { zh: '目录名应为 {province}-<名称>', en: 'the folder should be named {province}-<name>' },

  documented_value: { zh: '已公布的取值“{value}”', en: 'documented value “{value}”' },
  mapped_to: { zh: '取值“{value}”对应到{to:meanings}', en: 'value “{value}” is mapped to {to:meanings}' },
  empty_mapped_to: { zh: '空值对应到{to:meanings}', en: 'an empty value is mapped to {to:meanings}' },
  stands_earlier: { zh: '此取值在同一张表中已经出现', en: 'the value stands earlier in the same table' },
  read_by_too: { zh: '{at} 也由 {where} 读取', en: '{at} is read by {where} too' },
  name_means: {
    zh: '“{name}”的含义是{means:meanings}，却对应到{to:meanings}',
    en: '“{name}” means {means:meanings} and is mapped to {to:meanings}',
  },
  name_needed: { zh: '取值 {value} 须有文字名称', en: 'value {value} needs a name in words' },
  member_read_by: { zh: '“{name}”由 {where} 读取', en: '“{name}” is read by {where}' },
  code_twice: { zh: '返回码 {reply} 列出两次', en: 'reply code {reply} is listed twice' },
  status_twice: { zh: '状态码 {http} 列出两次', en: 'status {http} is listed twice' },
  code_of_status_twice: {
    zh: '状态码 {http} 的返回码 {reply} 列出两次',
    en: 'reply code {reply} of status {http} is listed twice',
  },

  status_differs: {
    zh: '应为{expected:meanings}，记录为{given:meanings}',
    en: 'expected {expected:meanings}, the record says {given:meanings}',
  },
  needs_no_ground: { zh: '{given:meanings}无须证实依据', en: '{given:meanings} needs no substantiation' },
  reason_differs: {
    zh: '理由应为{expected:reasons}，记录给出{given:reasons}',
    en: 'expected {expected:reasons}, the record gives {given:reasons}',
  },
  reason_absent: {
    zh: '理由应为{expected:reasons}，记录没有给出任何理由',
    en: 'expected {expected:reasons}, the record gives none',
  },
  ground_absent: {
    zh: '理由应为{expected:reasons}，记录没有给出依据',
    en: 'expected {expected:reasons}, the record gives no ground',
  },
  record_promised: { zh: '声明有记录，却没有给出', en: 'a record is promised and none is given' },
  problem_after: {
    zh: '应答为{answer:outcomes}，预期却是{problem:problems}',
    en: '{problem:problems} is expected after {answer:outcomes}',
  },
  status_after: {
    zh: '应答为{answer:outcomes}，预期却是{given:meanings}',
    en: '{given:meanings} is expected after {answer:outcomes}',
  },
  decision_on: {
    zh: '状态为{given:meanings}，结论却是{decision:decisions}',
    en: '{decision:decisions} on {given:meanings}',
  },
  holder_sees: {
    zh: '持码人看到“{seen}”，声明读作“{read}”',
    en: 'the holder sees “{seen}”, the manifest reads “{read}”',
  },
  none_shows: { zh: '没有场景显示“{name}”', en: 'no scenario shows “{name}”' },
  kind_missing: { zh: '{kind:kinds}', en: '{kind:kinds}' },
  change_counts: { zh: '{change:changes}', en: '{change:changes}' },
  informational_counts: { zh: '仅供展示的 {at} 变化', en: 'informational {at} changed' },
  colour_without_value: { zh: '取值缺失，仍得出颜色', en: 'a colour without the value that says it' },

  overlaps_with: { zh: '与 {system} 重叠', en: 'with {system}' },
  claimed_by: { zh: '由 {system} 识别', en: 'by {system}' },
  recognised_by_none: {
    zh: '此模板的码不被任何识别规则识别',
    en: 'a code of this template is recognised by no recogniser',
  },
  refused_unread: { zh: '网关不读这样的文本，一律拒绝', en: 'a gateway refuses such text unread' },

  remedy_needed: { zh: '请给出电话或网址', en: 'give a phone number or a web address' },
  body: { zh: '{level:levels}（{roles:roles}）', en: '{level:levels} ({roles:roles})' },
  body_of_any_role: { zh: '{level:levels}（任何机构）', en: '{level:levels} (any role)' },
  grounds_needed: { zh: '请列出国家规定的红码依据', en: 'list the national red grounds' },
  ground_mapped: { zh: '{ground:meanings}', en: '{ground:meanings}' },
  origin_table_absent: { zh: '没有来源表（origin）', en: 'no origin table' },
  assignment_table_absent: { zh: '没有赋码表（assignment）', en: 'no assignment table' },
  rule_needs: { zh: '该规则需要 {member}', en: 'the rule needs {member}' },

  older_on_arrival: {
    zh: '应答尚未到达，就已超过 freshness_s',
    en: 'an answer would be older than freshness_s before it arrives',
  },
  never_kept: {
    zh: '从不保存的应答，不可能过期后再用',
    en: 'an answer that is never kept cannot be used past its time',
  },
  ends_while_fresh: {
    zh: '应答仍算新鲜时，它所示的状态已经到期',
    en: 'the status ends while an answer that shows it is still fresh',
  },
  grows_not_old: { zh: '无法判定的状态没有有效期', en: 'what nobody could tell does not grow old' },
  second_rule: { zh: '同一状态有第二条规则', en: 'a second rule for one status' },
  min_above_max: { zh: 'min 大于 max', en: 'min is above max' },
  no_room: { zh: '标记之后容不下令牌', en: 'the mark leaves no room for a token' },

  question_lacks: { zh: '提问中没有：{parts}', en: 'not in the question: {parts}' },
  nothing_asked: { zh: '没有发出提问', en: 'nothing was asked' },
  no_such_scenario: { zh: '没有这个场景', en: 'there is no such scenario' },
  came_out: { zh: '结果为{outcome:outcomes}', en: 'got {outcome:outcomes}' },
  statement_differs: {
    zh: '签名声明中的状态不同，或无法读取',
    en: 'the status of the statement is another one, or unreadable',
  },
  green_needed: { zh: '须有一个已知的绿码', en: 'needs a known green code' },
  no_known_codes: { zh: '没有给出已知的码', en: 'no known codes were given' },
  no_expired_code: { zh: '没有给出过期的码', en: 'no expired code was given' },
  slow: { zh: 'p99 为 {p99} 毫秒，上限 {allowed} 毫秒', en: 'p99 {p99} ms of {allowed} ms allowed' },
  test_system_too: { zh: '请再用 --url 试一个测试系统', en: 'try a test system with --url as well' },
} as const satisfies CodedTexts;
export type ConformanceDetailCode = keyof typeof CONFORMANCE_DETAILS;

/** Where a live check found something: what was tried. */
export const CONFORMANCE_PROBES = {
  probe_check: { zh: '{check:checks}', en: '{check:checks}' },
  probe_scenario: { zh: '场景 {scenario}', en: 'scenario {scenario}' },
  probe_secret: { zh: '密钥 {secret}', en: 'secret {secret}' },
  probe_clock: { zh: '时钟偏差 {minutes} 分钟', en: 'clock {minutes} min off' },
  probe_upstream: { zh: '上游', en: 'upstream' },
  probe_latency: { zh: '时延', en: 'latency' },
  probe_known: { zh: '已知的码', en: 'known codes' },
  probe_absent: { zh: '{answer:outcomes}的码', en: '{answer:outcomes} code' },
  probe_unissued: { zh: '从未发给任何人的码', en: 'code that nobody was issued' },
  probe_malformed: { zh: '格式错误的码', en: 'malformed code' },
  probe_fault: { zh: '{fault:faults}的应答', en: '{fault:faults} reply' },
  probe_after_faults: { zh: '故障解除之后', en: 'after the faults' },
} as const satisfies CodedTexts;
export type ConformanceProbe = keyof typeof CONFORMANCE_PROBES;

/** What came of one question, by its code. */
const OUTCOMES = {
  found: { zh: '有答复', en: 'an answer' },
  expired: { zh: '已过期', en: 'expired' },
  unknown: { zh: '查无此码', en: 'unknown' },
  broken: { zh: '清单之外的错误', en: 'an error outside the closed codes' },
  timeout: { zh: '错误：超时', en: 'error timeout' },
  connect_failed: { zh: '错误：无法连接', en: 'error connect_failed' },
  certificate: { zh: '错误：证书不可信', en: 'error certificate' },
  reset: { zh: '错误：连接中断', en: 'error reset' },
  status: { zh: '错误：HTTP 状态码异常', en: 'error status' },
  redirect: { zh: '错误：被重定向', en: 'error redirect' },
  oversize: { zh: '错误：应答过大', en: 'error oversize' },
  malformed: { zh: '错误：应答格式错误', en: 'error malformed' },
  encoding: { zh: '错误：字符编码不符', en: 'error encoding' },
  undeclared: { zh: '错误：应答未在声明中说明', en: 'error undeclared' },
  busy: { zh: '错误：对方繁忙', en: 'error busy' },
  breaker_open: { zh: '错误：已暂停询问', en: 'error breaker_open' },
  credentials: { zh: '错误：凭据被拒', en: 'error credentials' },
  address_refused: { zh: '错误：地址被拒', en: 'error address_refused' },
  signature: { zh: '错误：签名不成立', en: 'error signature' },
  statement_mismatch: { zh: '错误：签名声明与记录不一致', en: 'error statement_mismatch' },
} as const satisfies Readonly<Record<string, LocalisedText>>;

const FAULTS = {
  oversize: { zh: '过大', en: 'oversize' },
  slow: { zh: '缓慢', en: 'slow' },
  silent: { zh: '沉默', en: 'silent' },
  redirecting: { zh: '重定向', en: 'redirecting' },
  half_closed: { zh: '半途关闭', en: 'half-closed' },
  garbage: { zh: '乱码', en: 'garbage' },
  reset: { zh: '中断', en: 'reset' },
  failing: { zh: '出错', en: 'failing' },
  overloaded: { zh: '过载', en: 'overloaded' },
  ambiguous: { zh: '含义不明', en: 'ambiguous' },
  undecodable: { zh: '无法解码', en: 'undecodable' },
} as const satisfies Readonly<Record<string, LocalisedText>>;
export type ConformanceFault = keyof typeof FAULTS;

/** Kinds of scenario that every system needs. */
const KINDS = {
  green: { zh: '绿码', en: 'green' },
  yellow: { zh: '黄码', en: 'yellow' },
  red_with_ground: { zh: '有依据的红码', en: 'red with a ground' },
  expired_code: { zh: '过期的码', en: 'expired code' },
  unknown_code: { zh: '查无此码', en: 'unknown code' },
  undocumented_value: { zh: '未公布的取值', en: 'value outside the documented set' },
  pushed: { zh: '外省推送的状态', en: 'state pushed by another province' },
} as const satisfies Readonly<Record<string, LocalisedText>>;
export type ConformanceKind = keyof typeof KINDS;

/** Changes of a record that mean nothing. */
const CHANGES = {
  member_order: { zh: '成员顺序', en: 'member order' },
  extra_members: { zh: '多余的成员', en: 'extra members' },
  numbers_as_text: { zh: '数字写成文本', en: 'numbers as text' },
  text_as_numbers: { zh: '文本写成数字', en: 'text as numbers' },
} as const satisfies Readonly<Record<string, LocalisedText>>;
export type MeaninglessChange = keyof typeof CHANGES;

const LISTS: WordLists = {
  ...SCHEMA_FAULT_LISTS,
  meanings: named({ ...STATUS_TEXTS, ...GROUNDS, ...LEVELS, ...ROLES }),
  reasons: named(quoted(REASONS)),
  problems: named(quoted(PROBLEMS)),
  decisions: named(DECISION_WORDS),
  levels: LEVELS,
  roles: ROLES,
  outcomes: { ...OUTCOMES, ...named(STATUS_TEXTS) },
  faults: FAULTS,
  kinds: KINDS,
  changes: CHANGES,
};

function quoted(texts: Readonly<Record<string, LocalisedText>>): Record<string, LocalisedText> {
  return Object.fromEntries(
    Object.entries(texts).map(([code, { zh, en }]) => [code, { zh: `“${zh}”`, en: `“${en}”` }]),
  );
}

/** In words, with the code that whoever writes an adapter has to write. */
function named(texts: Readonly<Record<string, LocalisedText>>): Record<string, LocalisedText> {
  return Object.fromEntries(
    Object.entries(texts).map(([code, { zh, en }]) => [code, { zh: `${zh}（${code}）`, en: `${en} (${code})` }]),
  );
}

/** What a finding says beside its code. A report of an older kit has a text there, which stands as it is. */
export function conformanceDetailText(detail: string): LocalisedText {
  const coded = readCoded(detail);
  const said = coded === null ? null : sayCoded(CONFORMANCE_DETAILS, coded, LISTS);
  if (coded === null || said === null) return { zh: detail, en: detail };
  const { scenario } = coded.values;
  return scenario === undefined ? said : { zh: `${scenario}：${said.zh}`, en: `${scenario}: ${said.en}` };
}

/** Where it was found: what was tried, in words; a place in a file as it is. */
export function conformancePlaceText(at: string): LocalisedText {
  const coded = readCoded(at);
  if (coded?.code === 'probe_check') return conformanceCheckText(String(coded.values.check ?? ''));
  return (coded === null ? null : sayCoded(CONFORMANCE_PROBES, coded, LISTS)) ?? { zh: at, en: at };
}
