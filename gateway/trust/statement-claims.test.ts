import { expect, test } from 'vitest';
import { COUNTY_ACT } from '../../schemas/assignment.fixture.ts';
import { statusClaimsSchema } from '../../schemas/statement.ts';
import { parseStatementClaims } from './statement-claims.ts';

const SPOKEN = { status: 'yellow', status_as_of: '2026-11-26T09:00:00Z' } as const;
const GOOD = { ground: ['confirmed_case'], provenance: null, handle: 'h', flags: ['popup'] };
const listed = (length: number, one: unknown) => Array.from({ length }, () => one);
const ODD: Readonly<Record<keyof typeof GOOD, readonly unknown[]>> = {
  ground: [
    [],
    listed(8, 'confirmed_case'),
    listed(9, 'confirmed_case'),
    ['none'],
    ['confirmed_case', 7],
    'confirmed_case',
    null,
    { length: 0 },
  ],
  provenance: [COUNTY_ACT, { ...COUNTY_ACT, level: 'galaxy' }, undefined, false, []],
  handle: ['', 'h'.repeat(256), 'h'.repeat(257), '码', 7, null, ['h'], { length: 1 }],
  flags: [[], listed(8, 'popup'), listed(9, 'popup'), ['pop-up'], ['popup', null], 'popup', null, { length: 0 }],
};

/** As the disclosures are opened: without a prototype. */
const opened = (members: object) => Object.assign(Object.create(null), members);

test.each<[string, object]>([
  ['nothing but a status', { ground: [], flags: [] }],
  ['most grounds and flags', { ground: listed(8, 'confirmed_case'), flags: listed(8, 'popup') }],
  ['the longest handle', { handle: 'h'.repeat(256) }],
])('claims of %s that nobody assigned are put to the schema', (_what, more) => {
  const disclosed: Record<string, unknown> = opened({ ...GOOD, ...more });
  const claims = parseStatementClaims(disclosed, SPOKEN);
  expect(claims).toEqual({ ...disclosed, ...SPOKEN });
  // What a schema takes it lays out anew.
  expect(claims?.ground).toBe(disclosed['ground']);
  expect(claims?.flags).toBe(disclosed['flags']);
});

test.each(Object.entries(ODD))('claims are taken that are good but for their %s', (name, odd) => {
  const without = Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name));
  const doubtful = [
    GOOD,
    without,
    { ...GOOD, score: 1 },
    { ...without, score: null },
    ...odd.map((one) => ({ ...GOOD, [name]: one })),
  ];
  let taken = 0;
  for (const disclosed of doubtful) {
    const parsed = statusClaimsSchema.safeParse({ ...disclosed, ...SPOKEN });
    if (parsed.success) taken += 1;
    expect(parseStatementClaims(opened(disclosed), SPOKEN)).toEqual(parsed.success ? parsed.data : null);
  }
  expect(taken).toBeGreaterThan(1);
});
