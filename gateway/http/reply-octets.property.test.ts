import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, PROVINCES, REASONS } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { replyOctets } from './reply-octets.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('绿码', '"', '\\', '\ud800', '\u2028', 'é'));
const own = fc.record({ zh: text, en: text });
const issuer = fc.constantFrom(...keysOf(PROVINCES)).chain((province) => {
  const { zh, en } = PROVINCES[province];
  const half = fc.oneof(fc.record({ zh: fc.constant(zh), en: text }), fc.record({ zh: text, en: fc.constant(en) }));
  return fc.record({ province: fc.constant(province), name: fc.oneof(fc.constant({ zh, en }), own, half) });
});
const reason = fc
  .constantFrom(...keysOf(REASONS))
  .chain((code) => fc.record({ code: fc.constant(code), text: fc.oneof(fc.constant(REASONS[code]), own) }));
const members = {
  status: fc.constantFrom('green', 'yellow', 'red', 'indeterminate'),
  decision: fc.constantFrom('pass', 'restrict', 'refer'),
  issuer,
  destination: fc.constantFrom(...keysOf(PROVINCES)),
  reasons: fc.array(reason, { minLength: 1, maxLength: 3 }),
  status_as_of: fc.option(text),
  age_s: fc.option(fc.nat()),
  stale: fc.boolean(),
  provenance: fc.constantFrom('signed', 'stated', 'absent', 'violated', null),
  assurance: fc.constantFrom('province-signed', 'node-signed', 'transport'),
  remedy: fc.option(fc.record({ authority: own, phone: text, url: text, within_hours: fc.nat() })),
  attestation: text,
  evidence: fc.array(text, { maxLength: 2 }),
} as const;
const replies: fc.Arbitrary<VerificationReply> = fc.oneof(
  fc.record<VerificationReply>(members),
  fc.record<VerificationReply>({ ...members, holder_binding: fc.constant('identity_document') }),
);

test('a reply that is put together from kept pieces is another one, in a single octet', () => {
  fc.assert(
    fc.property(replies, (reply) => {
      const octets = Buffer.from(replyOctets(reply), 'latin1');
      expect(octets.equals(Buffer.from(JSON.stringify(reply)))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
