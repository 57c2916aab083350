import type { LocalisedText } from '../code-lists/index.ts';
import { type AttentionItem, nodeFaultSchema } from '../coverage.ts';
import { keyUseSchema } from '../registry-event.ts';
import type { Decision } from '../status.ts';
import { NODE_FAULT_TEXTS } from './coverage.ts';
import { DECISION_WORDS } from './decision-words.ts';
import { KEY_USE_TEXTS } from './registry-state.ts';

/** How the gateway begins what it tells of a rule. */
const CHANGE = /^(pass|restrict|refer) → (pass|restrict|refer)(: )?/;
const APPROVALS = /^(\d+) \/ (\d+)$/;

/** What the gateway tells of an item in codes and numbers, in words that say of what they are; whatever else, as it tells it. */
export function attentionDetailText({ kind, detail }: Pick<AttentionItem, 'kind' | 'detail'>): LocalisedText | null {
  if (detail === null) return null;
  const asTold = { zh: detail.replaceAll(' %', '%'), en: detail };
  switch (kind) {
    case 'node_silent':
    case 'node_fault':
      return faultsText(detail) ?? asTold;
    case 'unsubstantiated':
    case 'batch':
    case 'flip':
    case 'guessing':
      return { zh: `占比 ${asTold.zh}`, en: `a share of ${detail}` };
    case 'breaker_open':
      return { zh: `上报节点：${detail.replaceAll(' ', '、')}`, en: `told by ${detail.replaceAll(' ', ', ')}` };
    case 'deviation':
    case 'exception_lapsing':
      return { zh: asTold.zh.replace(CHANGE, changeInChinese), en: detail };
    case 'approval_waiting':
      return approvalsText(detail) ?? asTold;
    case 'key_lapsing':
      return keyText(detail) ?? asTold;
    case 'recognition_falling':
    case 'mandate_lapsing':
    case 'registry_behind':
    case 'registry_forked':
      return asTold;
  }
}

function faultsText(detail: string): LocalisedText | null {
  const faults = nodeFaultSchema.array().safeParse(detail.split(' ')).data;
  if (faults === undefined) return null;
  const texts = faults.map((fault) => NODE_FAULT_TEXTS[fault]);
  return { zh: texts.map(({ zh }) => zh).join('；'), en: texts.map(({ en }) => en).join('; ') };
}

function changeInChinese(_: string, from: Decision, to: Decision, colon = ''): string {
  return `${DECISION_WORDS[from].zh} → ${DECISION_WORDS[to].zh}${colon.replace(': ', '：')}`;
}

function approvalsText(detail: string): LocalisedText | null {
  const [, given, needed] = APPROVALS.exec(detail) ?? [];
  if (given === undefined || needed === undefined) return null;
  return { zh: `须 ${needed} 人批准，已有 ${given} 人`, en: `${given} of ${needed} approvals` };
}

function keyText(detail: string): LocalisedText | null {
  const [word, ...kid] = detail.split(' ');
  const use = keyUseSchema.safeParse(word).data;
  if (use === undefined) return null;
  const { zh, en } = KEY_USE_TEXTS[use];
  return { zh: `${zh}密钥 ${kid.join(' ')}`, en: `of ${en}: ${kid.join(' ')}` };
}
