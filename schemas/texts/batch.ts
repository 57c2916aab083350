import type { LocalisedText } from '../code-lists/index.ts';

/** Names and sentences of the scanner's page where many codes are checked at once. */
export const BATCH_TEXTS = {
  many: { zh: '一车多人：批量查验', en: 'A coach: many codes' },
  one: { zh: '返回逐个扫码', en: 'Back to one by one' },
  heading: { zh: '批量查验', en: 'Many codes at once' },
  codes: { zh: '健康码，一行一个', en: 'Codes, one on each line' },
  codes_hint: {
    zh: '可粘贴、选择文本文件，或用扫码枪连续扫入。行号即结果中的编号；不保存任何健康码。',
    en: 'Paste them, choose a text file, or scan them in one after another. Results go by line; no code is kept.',
  },
  file: { zh: '选择文本文件', en: 'Choose a text file' },
  start: { zh: '开始查验', en: 'Check them all' },
  no_network: { zh: '网络不通', en: 'No network' },
  away_next: {
    zh: '不得据此拒绝任何人；联网后继续，或逐个查验通行凭证、转人工核实',
    en: 'Turn nobody away for it; go on once there is a network, or check passes one by one, or have staff look into it',
  },
  sign_in_next: {
    zh: '不得据此拒绝任何人；请登录场所，随后即继续查验其余各行',
    en: 'Turn nobody away for it; sign in for the venue, and the rest is checked',
  },
  stopped_next: {
    zh: '不得据此拒绝任何人；请稍后继续，仍不成功时转人工核实，并告知运维人员',
    en: 'Turn nobody away for it; go on in a moment, and if that does not help have staff look into it and tell the operator',
  },
  running: { zh: '正在查验…', en: 'Checking …' },
  stop: { zh: '停止', en: 'Stop' },
  stopped_by_hand: { zh: '已手动停止', en: 'You stopped it' },
  go_on: { zh: '继续查验其余各行', en: 'Go on with the rest' },
  clear: { zh: '清除', en: 'Clear' },
  none: { zh: '没有可查验的行', en: 'There is no line to check' },
  too_many: { zh: '至多 1000 行；请分批', en: 'A thousand lines at most: take them in parts' },
  progress: { zh: '查验进度', en: 'Progress' },
  results: { zh: '各行结果', en: 'Results by line' },
  line: { zh: '行', en: 'Line' },
  result: { zh: '结果', en: 'Result' },
  all: { zh: '全部', en: 'All' },
  open: { zh: '只看未放行的', en: 'Only those not passing' },
  none_open: { zh: '没有未放行的行', en: 'There is none: each line passes' },
  keys: { zh: '上下键逐行，Home、End 到首尾。', en: 'Arrow keys go from line to line, Home and End to the ends.' },
  save: { zh: '另存为 CSV', en: 'Save as CSV' },
  save_hint: {
    zh: '只含行号和结果，不含健康码；除非另存，离开本页即消失。',
    en: 'Lines and results alone, no codes. Unless you save them they are gone with this page.',
  },
  total: { zh: '合计', en: 'Total' },
} as const satisfies Record<string, LocalisedText>;

/** How far a batch has come that has stopped, by the first line that waits, and how many have an answer. */
export function stoppedText({
  line,
  checked,
  total,
}: Readonly<Record<'line' | 'checked' | 'total', number>>): LocalisedText {
  return {
    zh: `停在第 ${line} 行：共 ${total} 个码，已查验 ${checked} 个，其余 ${total - checked} 个待查`,
    en: `Stopped at line ${line}: ${checked} of ${total} checked, ${total - checked} waiting`,
  };
}
