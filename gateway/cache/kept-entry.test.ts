import { expect, test } from 'vitest';
import { COUNTY_ACT } from '../../schemas/assignment.fixture.ts';
import type { Assignment, StatusClaims } from '../../schemas/statement.ts';
import { entryAt } from './cached-answer.fixture.ts';
import type { CacheEntry } from './cached-answer.ts';
import { EntryPacker, type KeptClaims } from './kept-entry.ts';

const SIGNATURE_OCTETS = 64;
const encoded = (text: string) => Buffer.from(text).toString('base64url');
/** Of as many octets as each algorithm makes, and another one for each that it is made for. */
const signatureFor = (who: string) => encoded(who.padEnd(SIGNATURE_OCTETS, '.'));
const HEADER = encoded('{"alg":"ES256","kid":"k1"}');
const statementOf = (who: string) => `${HEADER}.${encoded(who.padEnd(300))}.${signatureFor(who)}~`;

function entryOf(who: string, claims: Partial<StatusClaims> = {}): CacheEntry {
  const entry = entryAt(0);
  if (entry.answer.kind === 'absent') return entry;
  const whose = { ...entry.answer.claims, handle: who, ...claims };
  return { ...entry, answer: { ...entry.answer, claims: whose, statement: statementOf(who) } };
}

/** Two steps, signed for this handle as agencies sign them, and one that nobody signed. */
function signedAct(handle: string): Assignment {
  const steps = [{ level: 'county', role: 'health_commission', action: 'sign' } as const];
  const signed = [...steps, ...steps].map((step) => {
    const payload = encoded(JSON.stringify({ ...step, handle, status: 'green' }));
    return { ...step, signature: `${HEADER}.${payload}.${signatureFor(handle)}` };
  });
  return { ...COUNTY_ACT, approvals: [...signed, ...steps] };
}

function packed(packer: EntryPacker, entry: CacheEntry): KeptClaims {
  const kept = packer.pack(entry);
  if ('absent' in kept) throw new Error('an answer with claims is none');
  expect(packer.unpack(kept)).toEqual(entry);
  return kept;
}

test('what many answers have in common is kept for each of them anew, or as long as it was written', () => {
  const packer = new EntryPacker();
  const [one, other] = ['one', 'other'].map((who) => packed(packer, entryOf(who, { provenance: signedAct(who) })));
  expect(other?.common).toBe(one?.common);
  expect(one).toMatchObject({ act: null, head: HEADER, bodyOctets: 300 });
  expect([one?.signatures?.length, one?.rest.length]).toEqual([2 * SIGNATURE_OCTETS, 300 + SIGNATURE_OCTETS]);
});

test.each<[string, Partial<Assignment>, unknown]>([
  ['nothing', {}, null],
  ['an origin without a reference', { origin: { province: '310000', reference: null } }, null],
  ['the size of its batch', { batch_size: 3 }, [3, null, null]],
  ['its instrument', { instrument: '晋1号' }, [null, '晋1号', null]],
  ['its reference', { origin: { province: '310000', reference: 'r' } }, [null, null, 'r']],
])('an act that has %s of its own takes more memory than that', (_what, more, own) => {
  const packer = new EntryPacker();
  const kept = packed(packer, entryOf('one', { provenance: { ...COUNTY_ACT, ...more } }));
  expect(kept).toMatchObject({ act: own === null ? null : Buffer.from(JSON.stringify(own)).toString('latin1') });
  expect(kept.signatures).toBeNull();
});

test('what entries have in common grows without bound', () => {
  const packer = new EntryPacker();
  /** As many as there are orders of two grounds in twelve places. */
  const commonOf = (n: number) => {
    const ground = Array.from({ length: 12 }, (_, bit) => ((n >> bit) & 1 ? 'confirmed_case' : 'suspected_case'));
    return packed(packer, entryOf('one', { ground })).common;
  };
  const first = commonOf(0);
  for (let n = 1; n < 4_000; n += 1) commonOf(n);
  expect(commonOf(0)).toBe(first);
  commonOf(4_000);
  expect(commonOf(0)).not.toBe(first);
});
