import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { language, say } from '../shell/language.ts';

const LOCALE = language === 'zh' ? 'zh-CN' : 'en-GB';
const TIMES = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const ZONE = new Intl.DateTimeFormat(LOCALE, { timeZoneName: 'long' });

const COUNTS = new Intl.NumberFormat(LOCALE);

export function countText(n: number): string {
  return COUNTS.format(n);
}

/** An instant of RFC 3339 by the clock of whoever reads. */
export function timeText(instant: string): string {
  return TIMES.format(new Date(instant));
}

/** The zone that times are shown in, by its name and by its distance from UTC. */
export function zoneText(): string {
  const at = new Date();
  const name = ZONE.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const minutes = -at.getTimezoneOffset();
  const hours = `${Math.floor(Math.abs(minutes) / 60)}`.padStart(2, '0');
  const rest = `${Math.abs(minutes) % 60}`.padStart(2, '0');
  return `${name} (UTC${minutes < 0 ? '−' : '+'}${hours}:${rest})`;
}

/** A reason that the registry keeps as a code, in words; a code that is not on the list as it stands. */
export function reasonText(texts: Readonly<Record<string, LocalisedText>>, code: string): string {
  const text = ownMember(texts, code);
  return text === undefined ? code : say(text);
}
