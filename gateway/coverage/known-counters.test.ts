import { describe, expect, test } from 'vitest';
import { CREDENTIAL_CODES } from '../../schemas/code-lists/credential-codes.ts';
import { keysOf, REASONS } from '../../schemas/code-lists/index.ts';
import { type CoverageGroup, type CoverageReport, REPORTS_KEPT_S } from '../../schemas/coverage-report.ts';
import { problemCodeSchema } from '../../schemas/problem.ts';
import { decisionSchema, statusSchema } from '../../schemas/status.ts';
import { ALL_CELLS, cellName } from '../policy/cells.ts';
import { countryOf } from './certificate-countries.ts';
import { CoverageCounter } from './coverage-counter.ts';
import { takenOf } from './known-counters.ts';

const NOW_S = 1_800_000_000;
const MINUTE = NOW_S / 60;
const GATEWAY = { issuer: '410000', destination: '440000', venue_kind: 'hospital' } as const;
const ISSUER = { ...GATEWAY, venue_kind: 'untold' } as const;

function reportOf(minutes: CoverageReport['minutes']): CoverageReport {
  const chain = { epoch: 'e'.repeat(22), number: 1, previous: null };
  return { iss: 'https://node.example', iat: NOW_S, from: NOW_S - 5, ...chain, minutes, breakers: [] };
}

const takenAt = (minute: number, group: CoverageGroup) => takenOf(reportOf([{ minute, groups: [group] }]));

describe('is kept of a report', () => {
  test.each([
    'reason:made_up',
    'reason:constructor',
    'refused:made_up',
    'answer:purple:pass:live',
    'answer:red:pass:live',
    'cell:red/signed/transport/live/fresh/-/-/x',
    'ms:9999',
    'ms:01',
    'signal:made_up',
    'stated:statement',
    'from:ch:valid',
  ])('a counter of no gateway: %s', (made) => {
    const { report, leftOut } = takenAt(MINUTE, { ...GATEWAY, counts: { [made]: 7, 'reason:ok': 1 } });
    expect([report.minutes[0]?.groups, leftOut]).toEqual([[{ ...GATEWAY, counts: { 'reason:ok': 1 } }], 1]);
    expect(takenAt(MINUTE, { ...GATEWAY, counts: { [made]: 7 } }).report.minutes[0]?.groups).toEqual([]);
  });

  test.each([
    'stated:made_up',
    'from:qq:valid',
    'from:abc:valid',
    'from:madeup:valid',
    'from:ch:made_up',
    'reason:ok',
    'answer:green:pass:live',
  ])('a counter of no issuer: %s', (made) => {
    const { report, leftOut } = takenAt(MINUTE, { ...ISSUER, counts: { [made]: 7, 'stated:absent': 1 } });
    expect([report.minutes[0]?.groups, leftOut]).toEqual([[{ ...ISSUER, counts: { 'stated:absent': 1 } }], 1]);
  });

  test('a minute of long ago, of which there are as many as somebody likes', () => {
    const oldest = MINUTE - REPORTS_KEPT_S / 60;
    const group = { ...GATEWAY, counts: { 'reason:ok': 1, 'ms:3': 1 } };
    expect([MINUTE, oldest, oldest - 1, 0].map((minute) => takenAt(minute, group).leftOut)).toEqual([0, 0, 2, 2]);
  });
});

test('something that a node of this version counts is left out of its report', () => {
  const counter = new CoverageCounter();
  const at = { issuer: '410000', destination: '440000', venueKind: 'hospital', atMs: NOW_S * 1000 } as const;
  const answer = { ...at, status: 'green', decision: 'pass', stale: false, reasons: [], cell: null } as const;
  for (let tookMs = 0.01; tookMs < 1e9; tookMs *= 1.05) counter.count({ ...answer, tookMs });
  for (const cell of ALL_CELLS) counter.count({ ...answer, cell: cellName(cell), tookMs: 1 });
  for (const status of statusSchema.options) {
    for (const decision of decisionSchema.options) {
      if (decision === 'pass' && status !== 'green') continue;
      for (const stale of [true, false])
        counter.count({ ...answer, status, decision, stale, reasons: keysOf(REASONS), tookMs: 1 });
    }
  }
  for (const problem of problemCodeSchema.values) counter.refuse({ ...at, issuer: null, problem });
  for (const outcome of ['statement', 'absent', 'busy', 'unavailable', 'not_ours'] as const)
    counter.state({ ...at, outcome });
  for (const issuer of ['CH', 'CHE', 'XK', 'XAA', 'QQ', 'https://cards.example', null]) {
    for (const result of keysOf(CREDENTIAL_CODES)) counter.certify({ ...at, country: countryOf(issuer), result });
  }
  expect(
    takenOf(reportOf(counter.pending().map(({ minute, groups }) => ({ minute, groups: [...groups] })))).leftOut,
  ).toBe(0);
});
