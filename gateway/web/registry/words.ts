import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { timesText } from '../../../schemas/texts/registry.ts';
import { language, say } from '../shell/language.ts';

/** Between a name and what there is to say of it. */
export const COLON = say({ zh: '：', en: ': ' });

/** Between two things that are said of one: it ends a line and begins none. */
export const DOT = '\u00a0· ';

/** What is said beside something, after it. */
export function bracketed(text: string): string {
  return say({ zh: `（${text}）`, en: ` (${text})` });
}

const LOCALE = language === 'zh' ? 'zh-CN' : 'en-GB';
const TIMES = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const ZONE = new Intl.DateTimeFormat(LOCALE, { timeZoneName: 'long' });

const COUNTS = new Intl.NumberFormat(LOCALE);

export function countText(n: number): string {
  return COUNTS.format(n);
}

/** An instant of RFC 3339 by the clock of whoever reads; a line does not break at its spaces. */
export function timeText(instant: string): string {
  return TIMES.format(new Date(instant)).replaceAll(' ', '\u00a0');
}

/** In which zone times are shown. */
export function zoneText(): string {
  const at = new Date();
  const name = ZONE.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const minutes = -at.getTimezoneOffset();
  const hours = `${Math.floor(Math.abs(minutes) / 60)}`.padStart(2, '0');
  const rest = `${Math.abs(minutes) % 60}`.padStart(2, '0');
  return say(timesText(name, `UTC${minutes < 0 ? '−' : '+'}${hours}:${rest}`));
}

/** A reason that the registry keeps as a code, in words; a code that is not on the list as it stands. */
export function reasonText(texts: Readonly<Record<string, LocalisedText>>, code: string): string {
  const text = ownMember(texts, code);
  return text === undefined ? code : say(text);
}
