import type { LocalisedText } from '../code-lists/index.ts';

/** A draft of a destination's table, before it is published. */
export const DRAFT_TEXTS = {
  title: { zh: '试算决策表草案', en: 'What a draft table would have changed' },
  how: {
    zh: '公布之前，先看它会改变近 24 小时内多少次扫码的结论。草案只在本浏览器中读取，不会上传。',
    en: 'Before it is published: how many scans of the last 24 hours it would have decided otherwise than the table in force. The draft is read in this browser and goes nowhere.',
  },
  file: { zh: '选择草案文件（JSON）', en: 'Choose a draft (JSON)' },
  unreadable: { zh: '这不是决策表。', en: 'This is no decision table.' },
  accepted: { zh: '可以公布', en: 'may be published' },
  refused: { zh: '不得公布', en: 'must not be published' },
  uncounted: { zh: '暂时读不到统计。', en: 'Counts cannot be read at the moment.' },
  issuer: { zh: '签发省份', en: 'Issuer' },
  venue_kind: { zh: '场所类型', en: 'Kind of venue' },
  decision: { zh: '现行 → 草案', en: 'In force → draft' },
  scans: { zh: '次数', en: 'Scans' },
} as const satisfies Record<string, LocalisedText>;

/** After how many of how many scans, all of them at the draft's own destination. */
export function changedText(decided: number, destination: LocalisedText): LocalisedText {
  return {
    zh: `次在${destination.zh}的扫码会有不同结论`,
    en: `${decided === 1 ? 'scan' : 'scans'} in ${destination.en} would have been decided otherwise`,
  };
}

/** What counts cannot tell about a draft; of what there was none nothing is said. */
export function draftUnknownText(undecided: number, unknown: number, below: number): LocalisedText {
  const scans =
    undecided === 1
      ? '1 scan whose status nobody could tell reaches'
      : `${undecided} scans whose status nobody could tell reach`;
  const parts: readonly LocalisedText[] = [
    ...(undecided === 0 ? [] : [{ zh: `${undecided} 次状态无法判定，不经任何决策表`, en: `${scans} no table` }]),
    ...(unknown === 0 ? [] : [{ zh: `${unknown} 次属另一版本的情形`, en: `${unknown} of cells of another version` }]),
    { zh: `少于 ${below} 次的分组未计入`, en: `groups of fewer than ${below} are not counted` },
    { zh: '人们会否因此改去别处', en: 'and whether people would have gone elsewhere' },
  ];
  return {
    zh: `无从得知：${parts.map(({ zh }) => zh).join('；')}。`,
    en: `Not known: ${parts.map(({ en }) => en).join('; ')}.`,
  };
}
