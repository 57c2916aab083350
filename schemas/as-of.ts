import { EARLIEST_AS_OF_S, MAX_AS_OF_AHEAD_S } from './clocks.ts';

/**
 * Whether somebody can have had a status as of then: not before the first health code, and not ahead of a clock that says
 * `nowS`. The threat is a field in another unit than was declared: seconds read as milliseconds are 1970, and without a
 * limit on age that is a fresh green.
 */
export function isPossibleAsOf(atS: number, nowS: number): boolean {
  return atS >= EARLIEST_AS_OF_S && atS <= nowS + MAX_AS_OF_AHEAD_S;
}

/** Formats of as-of members, as Java writes most of them; what has no zone of its own is read in the declared one. */
export const AS_OF_FORMATS = {
  'yyyy-MM-dd HH:mm:ss': '2022-01-01 08:00:00',
  'yyyy-MM-dd HH:mm': '2022-01-01 08:00',
  'yyyy-MM-dd HH:mm:ss.S': '2022-01-01 08:00:00.0, with one to three digits',
  'yyyy-MM-ddTHH:mm:ss': '2022-01-01T08:00:00 without a zone; seconds of zero may be left out, a fraction may follow',
  'yyyy-MM-ddTHH:mm:ssZ': '2022-01-01T08:00:00.000+0800; the fraction may be missing',
  yyyyMMddHHmmss: '20220101080000',
  yyyyMMddHHmmssSSS: '20220101080000000, as text: as a JSON number it has lost digits',
  rfc3339: '2022-01-01T08:00:00+08:00',
  unix_s: '1640995200',
  unix_ms: '1640995200000',
} as const;
export type AsOfFormat = keyof typeof AS_OF_FORMATS;
