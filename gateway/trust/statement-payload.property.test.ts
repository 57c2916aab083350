import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statementPayloadSchema } from '../../schemas/statement.ts';
import { parseStatementPayload } from './statement-payload.ts';

const digest = fc.oneof(
  { weight: 99, arbitrary: fc.constant('d'.repeat(43)) },
  fc.constantFrom('', 'd'.repeat(64), 'd'.repeat(65), 7, null),
);
const number = fc.oneof(
  { weight: 40, arbitrary: fc.nat({ max: 4_000_000_000 }) },
  fc.constantFrom(0, -0, -1, 1.5, 253_402_300_799, 253_402_300_800, Number.NaN, '1', null),
);
const twoDigits = (n: number) => String(n).padStart(2, '0');
const instant = fc.oneof(
  {
    weight: 12,
    // Most of these days and hours exist.
    arbitrary: fc
      .tuple(
        fc.constantFrom('2024', '2025', '2026', '2026', '1999', '2100'),
        fc.nat({ max: 13 }),
        fc.nat({ max: 32 }),
        fc.nat({ max: 24 }),
      )
      .map(([year, month, day, hour]) => `${year}-${twoDigits(month)}-${twoDigits(day)}T${twoDigits(hour)}:59:59Z`),
  },
  fc.constantFrom('2026-11-26T09:00:00+08:00', '2026-11-26T09:00:00.5Z', '2026-11-26T09:00Z', '2026-11-26t09:00:00z'),
  fc
    .constantFrom('2024-02-29', '2025-02-29', '2026-02-30', '2026-04-31', '2026-12-31')
    .map((day) => `${day}T09:00:00Z`),
  fc.constantFrom('2026-11-26T09:60:00Z', '2026-11-26T09:00:60Z', '2026-11-26T09:00:00Z\n', '', 7, null, undefined),
);
const issuer = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('https://province.example', 'http://127.0.0.1:8080/410000') },
  fc.constantFrom('province.example', 'ftp://province.example', `https://p.example/${'x'.repeat(512)}`, '', 7, null),
);
const payloads = fc
  .tuple(
    fc.record(
      {
        iss: issuer,
        iat: number,
        exp: number,
        status: fc.constantFrom('green', 'yellow', 'red', 'indeterminate', 'green', 'yellow', 'red', 'grey', null),
        status_as_of: instant,
        _sd: fc.oneof(
          { weight: 9, arbitrary: fc.array(digest, { minLength: 4, maxLength: 5 }) },
          fc.constantFrom(
            Array.from({ length: 16 }, () => 'd'),
            Array.from({ length: 17 }, () => 'd'),
            null,
            'dddd',
          ),
        ),
        _sd_alg: fc.oneof({ weight: 9, arbitrary: fc.constant('sha-256') }, fc.constantFrom('sha-512', null)),
      },
      { noNullPrototype: true },
    ),
    fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, fc.constantFrom({ handle: 'x' }, { cnf: {} })),
    fc.option(fc.constantFrom('iss', 'iat', 'exp', 'status', 'status_as_of', '_sd', '_sd_alg'), { freq: 9 }),
  )
  .map(([members, more, left]) =>
    Object.fromEntries(Object.entries({ ...members, ...more }).filter(([name]) => left === null || name !== left)),
  );

/** A payload that is good in all of its members, and what may stand in place of each. */
const GOOD = {
  iss: 'https://province.example',
  iat: 1_795_000_000,
  exp: 1_795_003_600,
  status: 'green',
  status_as_of: '2026-11-26T09:00:00Z',
  _sd: Array.from({ length: 4 }, () => 'd'.repeat(43)),
  _sd_alg: 'sha-256',
};
const date = [
  0,
  -0,
  -1,
  1.5,
  253_402_300_799,
  253_402_300_800,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '1',
  true,
  null,
  [1],
];
const digests = (length: number, one: unknown = 'd') => Array.from({ length }, () => one);
const ODD: Readonly<Record<keyof typeof GOOD, readonly unknown[]>> = {
  iss: [
    'http://127.0.0.1:8080/410000',
    'province.example',
    'ftp://province.example',
    '',
    7,
    null,
    ['https://province.example'],
  ],
  iat: date,
  exp: date,
  status: ['yellow', 'red', 'indeterminate', 'grey', 'Green', '', null, 7, ['green']],
  status_as_of: [
    null,
    '',
    7,
    '2026-11-26T09:00:00Z\n',
    '2026-11-26T09:00Z',
    '2026-02-30T09:00:00Z',
    ['2026-11-26T09:00:00Z'],
  ],
  _sd: [
    ...[0, 3, 4, 5, 16, 17].map((length) => digests(length)),
    ...['', 'd'.repeat(64), 'd'.repeat(65), 7, null, ['d']].map((one) => digests(4, one)),
    [...digests(4), 7],
    { length: 4 },
    'dddd',
    null,
  ],
  _sd_alg: ['sha-512', 'SHA-256', '', null, ['sha-256']],
};
const names = Object.entries(ODD);

test.each(names)('a payload is taken that is good but for its %s', (name, odd) => {
  // What was taken before is known from then on.
  expect(parseStatementPayload({ ...GOOD })).toEqual(GOOD);
  const without = Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name));
  const doubtful = [without, { ...GOOD, handle: 'x' }, ...odd.map((one) => ({ ...GOOD, [name]: one }))];
  for (const payload of doubtful) {
    const parsed = statementPayloadSchema.safeParse(payload);
    expect(parseStatementPayload(payload)).toEqual(parsed.success ? parsed.data : null);
  }
});

test.each<[string, object]>([
  ['fewest digests', {}],
  ['most and longest digests', { _sd: digests(16, 'd'.repeat(64)) }],
  ['a time that is not known', { status: 'indeterminate', status_as_of: null }],
  ['the first and the last second', { iat: 0, exp: 253_402_300_799 }],
  ['the last day of a month', { status_as_of: '2026-12-31T23:59:59Z' }],
])('a payload with %s is put to the schema though its issuer is known', (_what, more) => {
  parseStatementPayload(GOOD);
  const payload = { ...GOOD, ...more };
  // What a schema takes it lays out anew.
  expect(parseStatementPayload(payload)).toBe(payload);
});

test('a stranger’s issuers are all remembered', () => {
  parseStatementPayload(GOOD);
  const issuerOf = (n: number) => ({ ...GOOD, iss: `https://p${n}.example` });
  for (let n = 0; n < 4_000; n += 1) parseStatementPayload(issuerOf(n));
  const payload = { ...GOOD };
  expect(parseStatementPayload(payload)).not.toBe(payload);
});

test('a payload that is spelt plainly is taken though its schema refuses it, or as another one', () => {
  let taken = 0;
  fc.assert(
    fc.property(payloads, (payload) => {
      const parsed = statementPayloadSchema.safeParse(payload);
      const expected = parsed.success ? parsed.data : null;
      // Once more, since what was taken before is known from then on.
      expect([parseStatementPayload(payload), parseStatementPayload(payload)]).toEqual([expected, expected]);
      if (parsed.success) taken += 1;
    }),
    { numRuns: 4_000 },
  );
  expect(taken).toBeGreaterThan(50);
});
