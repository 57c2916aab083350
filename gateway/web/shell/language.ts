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

/** The same for who reads it at `nowS`: of this very day the time alone, and of this year without the year. */
export function clockText(atS: number, nowS: number): string {
  const [at, now] = [new Date(atS * 1000), new Date(nowS * 1000)];
  if (at.getFullYear() !== now.getFullYear()) return momentText(atS);
  const day = at.toDateString() === now.toDateString() ? {} : ({ month: 'short', day: 'numeric' } as const);
  const form = { ...day, hour: '2-digit', minute: '2-digit' } as const;
  return at.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', form);
}
