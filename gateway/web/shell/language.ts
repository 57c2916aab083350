import type { LocalisedText } from '../../../schemas/code-lists/index.ts';

export type Language = keyof LocalisedText;

/** The language that the node gave this document: by `?lang`, or by what the browser accepts. */
export const language: Language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';

/** A text in the language of this page. */
export function say(text: LocalisedText): string {
  return text[language];
}

/** This page in another language, with whatever else its address asks for. */
export function addressIn(other: Language): string {
  const query = new URLSearchParams(location.search);
  query.set('lang', other);
  return `${location.pathname}?${query}`;
}

/** A moment by the clock on the wall here, from seconds since 1970. */
export function momentText(atS: number): string {
  const form = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Date(atS * 1000).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', form);
}

/**
 * The same for who reads it at `nowS`: of this very day the time alone, and of this year without the year. Of several times
 * that are read together (`alike`) all are written as the one that needs most.
 */
export function clockText(atS: number, nowS: number, alike: readonly number[] = [atS]): string {
  const [at, now] = [new Date(atS * 1000), new Date(nowS * 1000)];
  const days = alike.map((oneS) => new Date(oneS * 1000));
  if (days.some((one) => one.getFullYear() !== now.getFullYear())) return momentText(atS);
  const isToday = days.every((one) => one.toDateString() === now.toDateString());
  const day = isToday ? {} : ({ month: 'short', day: 'numeric' } as const);
  const form = { ...day, hour: '2-digit', minute: '2-digit' } as const;
  return at.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', form);
}
