import { EARLIEST_AS_OF_S, MAX_AS_OF_AHEAD_S } from '../schemas/clocks.ts';
import type { AsOf } from '../schemas/manifest.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { localKey } from './local-value.ts';
import { compilePointer } from './pointer.ts';

type AsOfFormat = Extract<AsOf, { from: 'field' }>['format'];

const MAX_AHEAD_MS = MAX_AS_OF_AHEAD_S * 1000;
const LAST_MS = 253_402_300_799_000;

const PATTERNS = {
  'yyyy-MM-dd HH:mm:ss': /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})()$/,
  yyyyMMddHHmmss: /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})()$/,
  rfc3339: /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/,
} as const;
const UNIX_S = /^\d{1,12}$/;
const UNIX_MS = /^\d{1,15}$/;
const ZONE = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/;

/** Unix milliseconds of the record's as-of time; null when it is missing, unreadable or from the future. */
export type AsOfReader = (record: JsonValue, nowMs: number) => number | null;

/** Compiles the manifest's as-of rule. Only the declared format is read, and only dates that exist. */
export function compileAsOf(asOf: AsOf): AsOfReader {
  if (asOf.from === 'reply') return (_record, nowMs) => bounded(nowMs);
  const place = compilePointer(asOf.at);
  return (record, nowMs) => {
    const text = localKey(place(record));
    if (text === null) return null;
    const atMs = bounded(parseInstant(text, asOf.format, asOf.zone));
    return atMs === null || atMs > nowMs + MAX_AHEAD_MS ? null : atMs;
  };
}

function bounded(atMs: number | null): number | null {
  return atMs !== null && atMs >= EARLIEST_AS_OF_S * 1000 && atMs <= LAST_MS ? atMs : null;
}

function parseInstant(text: string, format: AsOfFormat, zone: string): number | null {
  switch (format) {
    case 'unix_s':
      return UNIX_S.test(text) ? Number(text) * 1000 : null;
    case 'unix_ms':
      return UNIX_MS.test(text) ? Number(text) : null;
    case 'yyyy-MM-dd HH:mm:ss':
    case 'yyyyMMddHHmmss':
    case 'rfc3339': {
      const [matched, year, month, day, hour, minute, second, ownZone] = PATTERNS[format].exec(text) ?? [];
      if (matched === undefined) return null;
      const offsetMs = zoneOffsetMs(ownZone === '' || ownZone === undefined ? zone : ownZone);
      const localMs = calendarMs(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
      return localMs === null || offsetMs === null ? null : localMs - offsetMs;
    }
  }
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
