import type { LocalisedText } from '../code-lists/index.ts';
import type { ProblemCode } from '../problem.ts';

/** Why the registry refuses an event, as which problem, and what to do then. */
export interface RejectionKind extends LocalisedText {
  readonly problem: Extract<ProblemCode, 'event_invalid' | 'event_unauthorised' | 'log_conflict'>;
  readonly next: LocalisedText;
}

export const MEND = { zh: '请修正事件并重新签名', en: 'Mend the event and sign it again' };
