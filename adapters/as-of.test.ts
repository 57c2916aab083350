import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../schemas/instant.ts';
import { compileAsOf } from './as-of.ts';

const NOW_MS = Date.parse('2024-03-01T00:00:00Z');
const FORMATS = ['yyyy-MM-dd HH:mm:ss', 'yyyyMMddHHmmss', 'rfc3339', 'unix_s', 'unix_ms'] as const;

function read(format: (typeof FORMATS)[number], value: string | number, zone = '+08:00') {
  return compileAsOf({ from: 'field', at: '/t', format, zone })({ t: value }, NOW_MS);
}

describe('as-of times', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:00:00'],
    ['yyyyMMddHHmmss', '20220310080000'],
    ['yyyyMMddHHmmss', 20220310080000],
    ['rfc3339', '2022-03-10T00:00:00Z'],
    ['rfc3339', '2022-03-10T08:00:00.123+08:00'],
    ['unix_s', 1646870400],
    ['unix_s', '1646870400'],
    ['unix_ms', 1646870400000],
  ] as const)('%s %j is one instant', (format, value) => {
    expect(read(format, value)).toBe(Date.parse('2022-03-10T00:00:00Z'));
  });

  test.each([
    ['yyyyMMddHHmmss', '20230229000000'],
    ['yyyyMMddHHmmss', '20221301000000'],
    ['yyyy-MM-dd HH:mm:ss', '2022-03-10 08:60:00'],
    ['yyyy-MM-dd HH:mm:ss', ' 2022-03-10 08:00:00'],
    ['rfc3339', '2022-03-10T08:00:00'],
    ['rfc3339', '2022-03-10T08:00:00+24:00'],
    ['rfc3339', '2022-03-10T23:59:60Z'],
    ['unix_s', '1646870400.5'],
    ['unix_s', -1],
    ['unix_s', 1646870400000],
    ['unix_ms', '1e12'],
    ['yyyyMMddHHmmss', '00000101000000'],
  ] as const)('%s %j is no time at all', (format, value) => {
    expect(read(format, value)).toBeNull();
  });

  test('the declared zone is applied, west as well as east', () => {
    expect(read('yyyyMMddHHmmss', '20220309233000', '-00:30')).toBe(Date.parse('2022-03-10T00:00:00Z'));
  });

  test('a time from further ahead than clocks differ is not believed', () => {
    expect(read('unix_ms', NOW_MS + 120_000)).toBe(NOW_MS + 120_000);
    expect(read('unix_ms', NOW_MS + 120_001)).toBeNull();
  });

  test('a leap day exists', () => {
    expect(read('yyyyMMddHHmmss', '20240229120000')).toBe(Date.parse('2024-02-29T04:00:00Z'));
  });

  test('whatever the text, the result is an instant that RFC 3339 can write, or null', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/),
      fc.stringMatching(/^\d{14}$/),
    );
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS), text, (format, value) => {
        const atMs = read(format, value);
        if (atMs !== null) expect(instantOf(atMs / 1000)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      }),
    );
  });
});
