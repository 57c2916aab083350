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
  const secondMs = calendarMs(localSecond(parts));
  const offsetMs = zoneOffsetMs(ownZone(parts) ?? zone);
  return secondMs === null || offsetMs === null
    ? null
    : secondMs - offsetMs + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

type Parts = Readonly<Record<string, string | undefined>>;

function localSecond({ day, minute, year, month, date, hour, min, second = '00' }: Parts): string {
  return `${day ?? `${year}-${month}-${date}`}T${minute ?? `${hour}:${min}`}:${second}`;
}

function ownZone({ zone, sign, zoneHour, zoneMinute }: Parts): string | null {
  return sign === undefined ? (zone ?? null) : `${sign}${zoneHour}:${zoneMinute}`;
}

/** Date.parse rolls 30 February over into March and 24:00 into the next day; what does not come back is no date. */
function calendarMs(local: string): number | null {
  const ms = Date.parse(`${local}Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== local ? null : ms;
}

function zoneOffsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const [matched, sign, hours, minutes] = ZONE.exec(zone) ?? [];
  if (matched === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
