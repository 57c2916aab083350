import { type AsOfFormat, isPossibleAsOf } from '../schemas/as-of.ts';
import type { AsOf } from '../schemas/manifest.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { localKey } from './local-value.ts';
import { compileMember } from './pointer.ts';

type TextFormat = Exclude<AsOfFormat, 'unix_s' | 'unix_ms'>;

const DAY = '(?<day>\\d{4}-\\d{2}-\\d{2})';
const MINUTE = '(?<minute>\\d{2}:\\d{2})';
const SECOND = ':(?<second>\\d{2})';
const OWN_ZONE = '(?<zone>Z|[+-]\\d{2}:\\d{2})';
const DIGITS = '(?<year>\\d{4})(?<month>\\d{2})(?<date>\\d{2})(?<hour>\\d{2})(?<min>\\d{2})(?<second>\\d{2})';
const PATTERNS: Readonly<Record<TextFormat, RegExp>> = {
  'yyyy-MM-dd HH:mm:ss': new RegExp(`^${DAY} ${MINUTE}${SECOND}$`),
  'yyyy-MM-dd HH:mm': new RegExp(`^${DAY} ${MINUTE}$`),
  'yyyy-MM-dd HH:mm:ss.S': new RegExp(`^${DAY} ${MINUTE}${SECOND}\\.(?<fraction>\\d{1,3})$`),
  'yyyy-MM-ddTHH:mm:ss': new RegExp(`^${DAY}T${MINUTE}(?:${SECOND}(?:\\.(?<fraction>\\d{1,9}))?)?$`),
  'yyyy-MM-ddTHH:mm:ssZ': new RegExp(
    `^${DAY}T${MINUTE}${SECOND}(?:\\.(?<fraction>\\d{1,9}))?(?<sign>[+-])(?<zoneHour>\\d{2})(?<zoneMinute>\\d{2})$`,
  ),
  yyyyMMddHHmmss: new RegExp(`^${DIGITS}$`),
  yyyyMMddHHmmssSSS: new RegExp(`^${DIGITS}(?<fraction>\\d{3})$`),
  rfc3339: new RegExp(`^${DAY}T${MINUTE}${SECOND}(?:\\.(?<fraction>\\d{1,9}))?${OWN_ZONE}$`),
};
/** More digits than any time in either unit has: which of them was meant shows in the year that comes out. */
const UNIX = /^\d{1,15}$/;
const DAY_MS = 86_400_000;
/** From 1 March of the year 0. */
const DAYS_BEFORE_1970 = 719_468;
const ZONE = /^([+-])(0\d|1[0-4]):([0-5]\d)$/;

/** `unreadable`: missing, or not in the declared format; `impossible`: a time as of which nobody can have had a status. */
export type AsOfReading =
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'impossible' };

/** Reads a record's as-of time, in unix milliseconds. Never throws. */
export type AsOfReader = (record: JsonValue, nowMs: number) => AsOfReading;

const UNREADABLE = { kind: 'unreadable' } as const;
const IMPOSSIBLE = { kind: 'impossible' } as const;

/** Compiles the manifest's as-of rule. Only the declared format is read, and only dates that exist. */
export function compileAsOf(asOf: AsOf): AsOfReader {
  if (asOf.from === 'reply') return (_record, nowMs) => ({ kind: 'at', atMs: nowMs });
  const place = compileMember(asOf.at);
  return (record, nowMs) => {
    const text = localKey(place(record));
    const atMs = text === null ? null : parseInstant(text, asOf.format, asOf.zone);
    if (atMs === null) return UNREADABLE;
    return isPossibleAsOf(atMs / 1000, nowMs / 1000) ? { kind: 'at', atMs } : IMPOSSIBLE;
  };
}

function parseInstant(text: string, format: AsOfFormat, zone: string): number | null {
  if (format === 'unix_s' || format === 'unix_ms') {
    return UNIX.test(text) ? Number(text) * (format === 'unix_s' ? 1000 : 1) : null;
  }
  const parts = PATTERNS[format].exec(text)?.groups;
  if (parts === undefined) return null;
  const { fraction = '' } = parts;
  const secondMs = calendarMs(parts);
  const offsetMs = zoneOffsetMs(ownZone(parts) ?? zone);
  return secondMs === null || offsetMs === null
    ? null
    : secondMs - offsetMs + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

type Parts = Readonly<Record<string, string | undefined>>;

function ownZone({ zone, sign, zoneHour, zoneMinute }: Parts): string | null {
  return sign === undefined ? (zone ?? null) : `${sign}${zoneHour}:${zoneMinute}`;
}

/** Milliseconds since 1970 of a second that a calendar has, by arithmetic; null for 30 February, 24:00 and the like. */
function calendarMs(parts: Parts): number | null {
  const { day, minute: time, second = '00' } = parts;
  const year = Number(parts['year'] ?? day?.slice(0, 4));
  const month = Number(parts['month'] ?? day?.slice(5, 7));
  const date = Number(parts['date'] ?? day?.slice(8, 10));
  const hour = Number(parts['hour'] ?? time?.slice(0, 2));
  const minute = Number(parts['min'] ?? time?.slice(3, 5));
  const isDay = month >= 1 && month <= 12 && date >= 1 && date <= daysIn(year, month);
  if (!isDay || hour > 23 || minute > 59 || Number(second) > 59) return null;
  return daysSince1970(year, month, date) * DAY_MS + ((hour * 60 + minute) * 60 + Number(second)) * 1000;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Years are counted from March, so that the day that comes and goes is the last one. */
function daysSince1970(year: number, month: number, date: number): number {
  const since = month > 2 ? year : year - 1;
  const leapDays = Math.floor(since / 4) - Math.floor(since / 100) + Math.floor(since / 400);
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1;
  return since * 365 + leapDays + dayOfYear - DAYS_BEFORE_1970;
}

function zoneOffsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const [matched, sign, hours, minutes] = ZONE.exec(zone) ?? [];
  if (matched === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
