import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CredentialRulesDocument, credentialRulesSchema } from '../../schemas/credential-rules.ts';
import { checkLeadTime } from './lead-time.ts';
import { decideByRules } from './rules.ts';

const PUBLISHED_S = 1_790_000_000;
const HOUR_S = 3_600;
const at = (hours: number) => new Date((PUBLISHED_S + hours * HOUR_S) * 1000).toISOString();

interface Draft {
  readonly version?: string;
  readonly from?: number;
  readonly until?: number;
  readonly logic?: boolean;
  readonly issuers?: readonly string[];
}

/** Rules that were published so many hours after the moment that all hours here are counted from. */
function rules(
  sequence: number,
  issued: number,
  drafts: readonly Draft[],
  changes: object = {},
): CredentialRulesDocument {
  return credentialRulesSchema.parse({
    destination: '440000',
    sequence,
    issued_at: at(issued),
    next_update: at(1_000),
    value_sets: {},
    rules: drafts.map(({ version = '1.0.0', from = -100, until = 1_000, logic = true, issuers }) => ({
      family: 'hcert',
      content: 'icvp',
      ...(issuers === undefined ? {} : { issuers }),
      rule: {
        Identifier: 'VR-GD-0001',
        Type: 'Acceptance',
        Version: version,
        Engine: 'CERTLOGIC',
        CertificateType: 'Vaccination',
        ValidFrom: at(from),
        ValidTo: at(until),
        Logic: logic,
      },
    })),
    ...changes,
  });
}

const KNOWN = rules(1, -10, [{}]);
const STRICTER = { version: '1.0.1', logic: false };

describe('rules that follow others', () => {
  test.each<[string, CredentialRulesDocument]>([
    ['with a new version that begins two days later', rules(2, 0, [{}, { ...STRICTER, from: 48 }])],
    ['with nothing new', rules(2, 0, [{}])],
    ['with other value sets', rules(2, 0, [{}], { value_sets: { 'country-2-codes': ['AT'] } })],
    ['with an end of the known version that is two days away', rules(2, 0, [{ until: 48 }])],
    ['behind one that this verifier missed', rules(3, 60, [{}, { ...STRICTER, from: 50 }])],
  ])('are not taken %s', (_defect, next) => {
    expect(() => checkLeadTime(KNOWN, next)).not.toThrow();
  });

  test.each<[string, CredentialRulesDocument]>([
    ['with a new version that begins an hour too soon', rules(2, 0, [{}, { ...STRICTER, from: 47 }])],
    ['with a version that began before it was published', rules(2, 0, [{}, { ...STRICTER, from: -50 }])],
    ['with another rule under the same version', rules(2, 0, [{ logic: false }])],
    ['about other issuers', rules(2, 0, [{ issuers: ['XA'] }])],
    ['without the rule that is in force', rules(2, 0, [])],
    ['with a rule that ends sooner', rules(2, 0, [{ until: 47 }])],
    ['behind a missed one, sooner than that can have been published', rules(3, 0, [{}, { ...STRICTER, from: 37 }])],
  ])('are taken %s', (_defect, next) => {
    expect(() => checkLeadTime(KNOWN, next)).toThrow(expect.objectContaining({ code: 'rules_lead_time' }));
  });

  test('decide otherwise within two days of their publication', () => {
    const draft = fc.record({
      version: fc.constantFrom('1.0.0', '1.0.1', '1.0.10'),
      from: fc.constantFrom(-100, 0, 10, 47, 48, 49),
      until: fc.constantFrom(0, 10, 47, 48, 60, 1_000),
      logic: fc.boolean(),
    });
    const drafts = fc.array(draft, { maxLength: 3 });
    const certificate = {
      family: 'hcert' as const,
      issuer: 'XA',
      decoded: {
        ...{ content: 'icvp' as const, kind: 'vaccination' as const, issuer: null, issuedS: null, expiresS: null },
        payload: {},
      },
    };
    fc.assert(
      fc.property(drafts, drafts, fc.integer({ min: 0, max: 48 * HOUR_S - 1 }), (before, after, sinceS) => {
        const [known, next] = [rules(1, -10, before), rules(2, 0, after)];
        try {
          checkLeadTime(known, next);
        } catch {
          return;
        }
        const decided = [known, next].map((one) => decideByRules(one, certificate, PUBLISHED_S + sinceS));
        expect(decided[1]).toBe(decided[0]);
      }),
      { numRuns: 2_000 },
    );
  });
});
