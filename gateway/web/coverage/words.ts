import { PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { language, say } from '../shell/language.ts';

const LOCALE = { zh: 'zh-CN', en: 'en-GB' } as const;
const COUNTS = new Intl.NumberFormat(LOCALE[language]);
const SHORT_COUNTS = new Intl.NumberFormat(LOCALE[language], { notation: 'compact' });
const TIMES = new Intl.DateTimeFormat(LOCALE[language], {
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
/** Set off by a space in English alone. */
const PERCENT = say({ zh: '%', en: ' %' });
const HOURS = new Intl.DateTimeFormat(LOCALE[language], {
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

export function countText(n: number): string {
  return COUNTS.format(n);
}

/** So short that it stands in a cell. */
export function shortCountText(n: number): string {
  return SHORT_COUNTS.format(n);
}

/** A share in percent. What is not whole never reads as whole, nor what is not nothing as nothing. */
export function percentText(share: number | null): string {
  if (share === null) return '–';
  return `${percentOf(share)}${PERCENT}`;
}

export function percentOf(share: number): number {
  const percent = Math.round(share * 100);
  if (percent === 100 && share < 1) return 99;
  return percent === 0 && share > 0 ? 1 : percent;
}

/** An instant of RFC 3339 in the time of whoever reads. */
export function timeText(instant: string): string {
  return TIMES.format(new Date(instant));
}

export function hourText(instant: string): string {
  return HOURS.format(new Date(instant));
}

export function provinceText(province: ProvinceCode): string {
  return say(PROVINCES[province]);
}
