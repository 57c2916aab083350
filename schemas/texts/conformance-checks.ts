import { ownMember } from '../own-member.ts';

/**
 * What the conformance kit tries, in Chinese, by the name that stands in its reports: those are English, and closed but for
 * reports of other versions of the kit.
 */
export const CONFORMANCE_CHECKS = {
  'files readable': '文件可读',
  'folder named for its province': '文件夹以省份命名',
  'documented values mapped, and no others': '已公布的取值都有对应，且没有多余的',
  'one meaning per value and member': '每个取值、每个成员只有一种含义',
  'values mapped by name': '取值按名称对应',
  'no colour without a value': '没有取值就没有颜色',
  'informational members decide nothing': '仅供参考的成员不参与判定',
  'reply codes unambiguous': '返回码没有歧义',
  'codes recognised, by this system alone': '码可识别，且只归本系统',
  'remedy given': '已给出申诉渠道',
  'authority model consistent': '赋码权限规则前后一致',
  'bounds consistent': '各项上限前后一致',
  'addresses safe': '地址安全',
  'node address safe and admitted': '节点地址安全且已准入',
  'scenarios lead where they say': '场景的结果与所写一致',
  'every colour shown to somebody': '每种颜色都有场景',
  'every kind of scenario present': '各类场景齐全',
  'status stable': '状态稳定',
  'asked and read as documented': '按公布的样例询问与读取',
  'the upstream answers': '上游有答复',
  'known codes give the declared results': '已知的码得到声明的结果',
  'expired, unknown and malformed codes told apart': '过期、未知与格式错误的码能够区分',
  'wrong credentials detected': '凭据错误能够发现',
  'a skewed clock changes no colour': '时钟偏差不改变颜色',
  'faulty replies survived': '错误的答复不致失败',
  latency: '时延',
} as const;
export type ConformanceCheckName = keyof typeof CONFORMANCE_CHECKS;

/** Checks as kits before 1.3.0 named them: nobody was asked by either, and their reports say that something was reached. */
const FORMER_NAMES: Readonly<Record<string, ConformanceCheckName>> = {
  'remedy reachable': 'remedy given',
  'node reachable and admitted': 'node address safe and admitted',
};

/** A check of a report in both languages; one that this version does not know is as the report has it. */
export function conformanceCheckText(name: string): { zh: string; en: string } {
  const en = ownMember(FORMER_NAMES, name) ?? name;
  return { zh: ownMember(CONFORMANCE_CHECKS, en) ?? en, en };
}
