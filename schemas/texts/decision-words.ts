import type { LocalisedText } from '../code-lists/index.ts';
import type { Decision } from '../status.ts';

/** The one word that is read at arm's length. */
export const DECISION_WORDS = {
  pass: { zh: '放行', en: 'PASS' },
  restrict: { zh: '限制', en: 'RESTRICT' },
  refer: { zh: '转人工', en: 'REFER' },
} as const satisfies Record<Decision, LocalisedText>;
