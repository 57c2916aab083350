import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, PROVINCES } from '../../schemas/code-lists/index.ts';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import type { CachedAnswer, CacheEntry } from './cached-answer.ts';
import { EntryPacker } from './kept-entry.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('豫疫防〔2022〕1号', 'é', '\ud800x'));
const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const octets = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((one) => Buffer.from(one).toString('base64url'));
const STEP = {
  level: fc.constantFrom('county', 'city'),
  role: fc.constant('health_commission'),
  action: fc.constantFrom('sign', 'assign'),
} as const;
/** What stands for the payload that an agency signs, until it is known what it is about. */
const MEANT = '{meant}';
const signature = fc
  .tuple(part, fc.constantFrom(MEANT, MEANT, 'e30'), fc.oneof(octets(64), octets(64), octets(132), part))
  .map((parts) => parts.join('.'));
const provenance = fc.option(
  fc.record({
    level: fc.constantFrom('county', null),
    role: fc.constantFrom('health_commission', null),
    action: fc.constantFrom('assign', 'convert', 'release'),
    kind: fc.constantFrom('individual', 'batch', null),
    batch_size: fc.option(fc.nat()),
    instrument: fc.option(fc.string({ unit: 'grapheme' })),
    evidence_filed: fc.boolean(),
    approvals: fc.array(fc.record({ ...STEP, signature }, { requiredKeys: ['level', 'role', 'action'] }), {
      maxLength: 3,
    }),
    origin: fc.option(fc.record({ province: fc.constantFrom('310000', null), reference: fc.option(fc.string()) })),
  }),
);
/** More than there is room for between the two forms: alone, and with a signature behind it. */
const long = fc.constantFrom('A'.repeat(12_000), 'A'.repeat(10_900));
const statement: fc.Arbitrary<string | null> = fc.option(
  fc
    .tuple(part, fc.oneof(part, octets(300), long), fc.oneof(part, octets(64)), fc.constantFrom('~', '~', '', '~e30~'))
    .map(([header, payload, signature, end]) => `${header}.${payload}.${signature}${end}`),
);
const claimed: fc.Arbitrary<CachedAnswer> = fc.record({
  kind: fc.constant('claims'),
  claims: fc
    .record<StatusClaims>({
      status: fc.constantFrom('green', 'yellow', 'red', 'indeterminate'),
      status_as_of: fc.option(fc.constantFrom('2022-06-13T08:00:00+08:00', '2022-06-13T08:00:00Z')),
      ground: fc.subarray(['confirmed_case', 'health_monitoring']),
      provenance,
      handle: text,
      flags: fc.subarray(['popup']),
    })
    .map(signedAsMeant),
  localGroundOnly: fc.boolean(),
  reasons: fc.subarray(['popup', 'too_old', 'unmapped_value']),
  assurance: fc.constantFrom('province-signed', 'node-signed', 'transport'),
  statement,
  way: fc.constantFrom('direct', 'node', null),
});
const absent: fc.Arbitrary<CachedAnswer> = fc.record({
  kind: fc.constant('absent'),
  why: fc.constantFrom('expired', 'unknown'),
});
const entries: fc.Arbitrary<CacheEntry> = fc.record({
  answer: fc.oneof(claimed, absent),
  province: fc.constantFrom(...keysOf(PROVINCES)),
  tag: fc.option(fc.string()),
  seen: fc.string(),
  freshUntilMs: fc.nat(),
  usableUntilMs: fc.nat(),
});

test('an answer comes out of memory as another one, or with what is another one’s', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 4 }), (some) => {
      const given = some.flatMap((entry) => [entry, otherwiseAssigned(entry)]);
      const packer = new EntryPacker();
      const kept = given.map((entry) => packer.pack(entry));
      expect(kept.map((entry) => packer.unpack(entry))).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

function signedAsMeant(claims: StatusClaims): StatusClaims {
  const { handle, status, provenance: act } = claims;
  const signed = ({ signature: one, ...step }: Approval): Approval => {
    const meant = Buffer.from(JSON.stringify({ ...step, handle, status })).toString('base64url');
    return one === undefined ? step : { ...step, signature: one.replace(MEANT, meant) };
  };
  return { ...claims, provenance: act && { ...act, approvals: act.approvals.map(signed) } };
}

/** The same, but for one thing that its act says. */
function otherwiseAssigned(entry: CacheEntry): CacheEntry {
  const { answer } = entry;
  const act = answer.kind === 'absent' ? null : answer.claims.provenance;
  if (answer.kind === 'absent' || act === null) return entry;
  const provenance = { ...act, evidence_filed: !act.evidence_filed };
  return { ...entry, answer: { ...answer, claims: { ...answer.claims, provenance } } };
}
