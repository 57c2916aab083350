import type { AsOfFormat } from '../../../schemas/as-of.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';

/** Which forms each format has; 9 is any digit. */
const FORMS: Readonly<Record<AsOfFormat, readonly string[]>> = {
  'yyyy-MM-dd HH:mm:ss': ['9999-99-99 99:99:99'],
  'yyyy-MM-dd HH:mm': ['9999-99-99 99:99'],
  'yyyy-MM-dd HH:mm:ss.S': fractions('9999-99-99 99:99:99', 3, ''),
  'yyyy-MM-ddTHH:mm:ss': ['9999-99-99T99:99', '9999-99-99T99:99:99', ...fractions('9999-99-99T99:99:99', 9, '')],
  'yyyy-MM-ddTHH:mm:ssZ': ['+9999', '-9999'].flatMap((zone) => withAndWithout('9999-99-99T99:99:99', zone)),
  yyyyMMddHHmmss: ['9'.repeat(14)],
  yyyyMMddHHmmssSSS: ['9'.repeat(17)],
  rfc3339: ['Z', '+99:99', '-99:99'].flatMap((zone) => withAndWithout('9999-99-99T99:99:99', zone)),
  unix_s: Array.from({ length: 15 }, (_, index) => '9'.repeat(index + 1)),
  unix_ms: Array.from({ length: 15 }, (_, index) => '9'.repeat(index + 1)),
};
const BY_FORMAT = new Map(Object.entries(FORMS).map(([format, forms]) => [format, new Set(forms)]));

function fractions(start: string, most: number, end: string): string[] {
  return Array.from({ length: most }, (_, index) => `${start}.${'9'.repeat(index + 1)}${end}`);
}

function withAndWithout(start: string, zone: string): string[] {
  return [start + zone, ...fractions(start, 9, zone)];
}

const EARLIEST_MS = 1_580_486_400_000;
const AHEAD_MS = 120_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_TO_1970 = 719_528;

/**
 * What a value of a format means, by counting days on the calendar: the instant in milliseconds, or why there is none.
 * It shares nothing with the reader that it judges, neither an expression nor a date of the platform.
 */
export function meantTime(
  value: JsonValue,
  format: AsOfFormat,
  zone: string,
  nowMs: number,
): number | 'unreadable' | 'impossible' {
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) return 'unreadable';
  const text = String(value);
  const form = [...text].map((char) => (char >= '0' && char <= '9' ? '9' : char)).join('');
  if (BY_FORMAT.get(format)?.has(form) !== true) return 'unreadable';
  const atMs = format.startsWith('unix') ? counted(text, format) : onCalendar(text, zone);
  if (atMs === null) return 'unreadable';
  return atMs < EARLIEST_MS || atMs > nowMs + AHEAD_MS ? 'impossible' : atMs;
}

function counted(text: string, format: AsOfFormat): number {
  return Number(text) * (format === 'unix_s' ? 1_000 : 1);
}

function onCalendar(text: string, declaredZone: string): number | null {
  const isPlain = text.charAt(4) !== '-';
  const ownZoneAt = isPlain ? -1 : text.slice(10).search(/[Z+-]/);
  const local = ownZoneAt === -1 ? text : text.slice(0, 10 + ownZoneAt);
  const zoneMs = offsetMs(ownZoneAt === -1 ? declaredZone : text.slice(10 + ownZoneAt));
  const digits = local.replaceAll(/[^0-9]/g, '').padEnd(17, '0');
  const part = (from: number, to: number) => Number(digits.slice(from, to));
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
  const [hour, minute, second, ms] = [part(8, 10), part(10, 12), part(12, 14), part(14, 17)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return null;
  if (hour > 23 || minute > 59 || second > 59 || zoneMs === null) return null;
  const days = daysBefore(year) + daysInYearBefore(month, year) + day - 1 - DAYS_TO_1970;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + ms - zoneMs;
}

/** No zone on this earth is more than fourteen hours from UTC; what is read goes to 14:59. */
function offsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const digits = zone.replaceAll(/[^0-9]/g, '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(month: number, year: number): number {
  return (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
}

function daysInYearBefore(month: number, year: number): number {
  let days = 0;
  for (let earlier = 1; earlier < month; earlier += 1) days += daysIn(earlier, year);
  return days;
}

/** Days from the first of January of the year 0, which was a leap year by today's calendar. */
function daysBefore(year: number): number {
  if (year === 0) return 0;
  const past = year - 1;
  return year * 365 + 1 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}
