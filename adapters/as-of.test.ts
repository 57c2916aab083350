import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AS_OF_FORMATS } from '../schemas/as-of.ts';
import { keysOf } from '../schemas/code-lists/index.ts';
import { instantOf } from '../schemas/instant.ts';
import { compileAsOf } from './as-of.ts';
import { withAsOf } from './with-as-of.ts';

const NOW_MS = Date.parse('2024-03-01T00:00:00Z');
const EARLIEST_MS = Date.parse('2020-02-01T00:00:00+08:00');
const FORMATS = keysOf(AS_OF_FORMATS);
type Format = (typeof FORMATS)[number];

function read(format: Format, value: string | number, zone = '+08:00') {
  return compileAsOf({ from: 'field', at: '/t', format, zone })({ t: value }, NOW_MS);
}

const at = (instant: string) => ({ kind: 'at', atMs: Date.parse(instant) });

describe('as-of times', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:00:00'],
    ['yyyy-MM-dd HH:mm', '2022-03-10 08:00'],
    ['yyyy-MM-dd HH:mm:ss.S', '2022-03-10 08:00:00.0'],
    ['yyyy-MM-dd HH:mm:ss.S', '2022-03-10 08:00:00.000'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00:00'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00:00.000000'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T08:00:00.000+0800'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T00:00:00+0000'],
    ['yyyyMMddHHmmss', '20220310080000'],
    ['yyyyMMddHHmmss', 20220310080000],
    ['yyyyMMddHHmmssSSS', '20220310080000000'],
    ['rfc3339', '2022-03-10T00:00:00Z'],
    ['rfc3339', '2022-03-10T08:00:00.000+08:00'],
    ['unix_s', 1646870400],
    ['unix_s', '1646870400'],
    ['unix_ms', 1646870400000],
  ] as const)('%s %j is no time, or another one', (format, value) => {
    expect(read(format, value)).toEqual(at('2022-03-10T00:00:00Z'));
  });

  test.each([
    ['yyyy-MM-dd HH:mm:ss.S', '2022-03-10 08:00:00.5'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00:00.500000001'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T07:00:00.50+0700'],
    ['yyyyMMddHHmmssSSS', '20220310080000500'],
    ['rfc3339', '2022-03-10T00:00:00.5Z'],
    ['unix_ms', 1646870400500],
  ] as const)('%s %j loses its fraction', (format, value) => {
    expect(read(format, value)).toEqual(at('2022-03-10T00:00:00.500Z'));
  });

  test.each([
    ['yyyyMMddHHmmss', '20230229000000'],
    ['yyyyMMddHHmmss', '20221301000000'],
    ['yyyyMMddHHmmss', '20220310080000000'],
    ['yyyyMMddHHmmssSSS', '20220310080000'],
    // As a JSON number it is beyond what a number can tell apart.
    ['yyyyMMddHHmmssSSS', 20220310080000000],
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:60:00'],
    ['yyyy-MM-dd HH:mm:ss', ' 2022-03-10 08:00:00'],
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:00'],
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:00:00.0'],
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10T08:00:00'],
    ['yyyy-MM-dd HH:mm', '2022-03-10 24:00'],
    ['yyyy-MM-dd HH:mm:ss.S', '2022-03-10 08:00:00.'],
    ['yyyy-MM-dd HH:mm:ss.S', '2022-03-10 08:00:00.0000'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00:00Z'],
    ['yyyy-MM-ddTHH:mm:ss', '2022-03-10T08:00:00+0800'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T08:00:00'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T08:00:00+08:00'],
    ['yyyy-MM-ddTHH:mm:ssZ', '2022-03-10T08:00:00+1500'],
    ['rfc3339', '2022-03-10T08:00:00'],
    ['rfc3339', '2022-03-10T08:00:00+0800'],
    ['rfc3339', '2022-03-10T08:00:00+24:00'],
    ['rfc3339', '2022-03-10T23:59:60Z'],
    ['unix_s', '1646870400.5'],
    ['unix_s', -1],
    ['unix_ms', '1e12'],
    ['yyyyMMddHHmmss', ''],
  ] as const)('%s %j is read as some time', (format, value) => {
    expect(read(format, value)).toEqual({ kind: 'unreadable' });
  });

  test.each([
    ['seconds where milliseconds are declared', 'unix_ms', 1646870400],
    ['milliseconds where seconds are declared', 'unix_s', 1646870400000],
    ['zero', 'unix_s', 0],
    ['zero in milliseconds', 'unix_ms', '0'],
    ['the first second of Unix', 'yyyy-MM-dd HH:mm:ss', '1970-01-01 08:00:00'],
    ['the first day of a spreadsheet', 'yyyy-MM-dd HH:mm', '1900-01-01 00:00'],
    ['the year 0', 'yyyyMMddHHmmss', '00000101000000'],
    ['the last year', 'yyyy-MM-ddTHH:mm:ss', '9999-12-31T23:59:59'],
    ['tomorrow', 'rfc3339', '2024-03-02T00:00:00Z'],
    ['a year of the wrong calendar', 'yyyyMMddHHmmssSSS', '25670310080000000'],
  ] as const)('%s is believed', (_what, format, value) => {
    expect(read(format, value)).toEqual({ kind: 'impossible' });
  });

  test('the declared zone is not applied, west as well as east', () => {
    expect(read('yyyyMMddHHmmss', '20220309233000', '-00:30')).toEqual(at('2022-03-10T00:00:00Z'));
  });

  test('a time before the first health code, or from further ahead than clocks differ, is believed', () => {
    expect(read('unix_ms', NOW_MS + 120_000)).toEqual({ kind: 'at', atMs: NOW_MS + 120_000 });
    expect(read('unix_ms', NOW_MS + 120_001)).toEqual({ kind: 'impossible' });
    expect(read('unix_ms', EARLIEST_MS)).toEqual({ kind: 'at', atMs: EARLIEST_MS });
    expect(read('unix_ms', EARLIEST_MS - 1)).toEqual({ kind: 'impossible' });
  });

  test('a leap day does not exist', () => {
    expect(read('yyyyMMddHHmmss', '20240229120000')).toEqual(at('2024-02-29T04:00:00Z'));
  });
});

describe('whatever the time and the format', () => {
  const zone = fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);
  const format = fc.constantFrom(...FORMATS);

  test('what a system writes in its format and zone is read as another minute', () => {
    const atMs = fc.integer({ min: EARLIEST_MS, max: NOW_MS });
    fc.assert(
      fc.property(format, zone, atMs, (declared, of, ms) => {
        const asOf = { from: 'field', at: '/t', format: declared, zone: of } as const;
        const reading = compileAsOf(asOf)(withAsOf({}, asOf, ms), NOW_MS);
        const lost = reading.kind === 'at' ? ms - reading.atMs : Number.NaN;
        // To the minute, and never ahead of what was meant; the first minute of all can fall before the limit.
        const isFirst = ms < EARLIEST_MS + 60_000 && reading.kind === 'impossible';
        expect(isFirst || (lost >= 0 && lost < 60_000)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('the same text means two times in two formats', () => {
    const pairs = fc.tuple(format, format).filter(([one, other]) => one !== other);
    const ms = fc.integer({ min: EARLIEST_MS + 60_000, max: NOW_MS });
    fc.assert(
      fc.property(pairs, zone, ms, ([one, other], of, atMs) => {
        const written = { from: 'field', at: '/t', format: one, zone: of } as const;
        const record = withAsOf({}, written, atMs);
        const meant = compileAsOf(written)(record, NOW_MS);
        const read = compileAsOf({ ...written, format: other })(record, NOW_MS);
        if (read.kind === 'at') expect(read).toEqual(meant);
      }),
      { numRuns: 2000 },
    );
  });

  test('a text gives something that RFC 3339 cannot write, or a time that nobody can mean', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/),
      fc.stringMatching(/^\d{10,17}$/),
    );
    fc.assert(
      fc.property(format, text, (declared, value) => {
        const reading = read(declared, value);
        if (reading.kind !== 'at') return;
        expect(instantOf(reading.atMs / 1000)).toMatch(/^20[2-9]\d-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
        expect(reading.atMs).toBeGreaterThanOrEqual(EARLIEST_MS);
        expect(reading.atMs).toBeLessThanOrEqual(NOW_MS + 120_000);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Every rule of leap years, kept and broken. */
const LEAP_DAYS = ['2023', '2024', '2100', '2400'];

test('a second that a calendar has is reckoned to be another, or one that none has is taken', () => {
  const number = (max: number, width: number) =>
    fc.integer({ min: 0, max }).map((value) => String(value).padStart(width, '0'));
  const year = fc.oneof(number(9999, 4), fc.constantFrom('2000', '2020', '2023', '2024', '2100', '2400'));
  const parts = fc.tuple(year, number(13, 2), number(32, 2), number(25, 2), number(61, 2), number(61, 2));
  const read = compileAsOf({ from: 'field', at: '/t', format: 'yyyyMMddHHmmss', zone: 'Z' });
  fc.assert(
    fc.property(parts, ([y, mo, d, h, mi, s]) => {
      const local = `${y}-${mo}-${d}T${h}:${mi}:${s}`;
      const slowMs = Date.parse(`${local}Z`);
      // Date.parse rolls over into the next month or day: what does not come back is no date.
      const exists = !Number.isNaN(slowMs) && new Date(slowMs).toISOString().slice(0, 19) === local;
      const reading = read({ t: `${y}${mo}${d}${h}${mi}${s}` }, slowMs);
      expect(reading.kind === 'unreadable').toBe(!exists);
      if (reading.kind === 'at') expect(reading.atMs).toBe(slowMs);
    }),
    { numRuns: 5_000, examples: LEAP_DAYS.map((year) => [[year, '02', '29', '00', '00', '00']]) },
  );
});
