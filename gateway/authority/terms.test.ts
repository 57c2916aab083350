import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levelSchema, PROVINCES, provinceCodeSchema, roleSchema } from '../../schemas/code-lists/index.ts';
import { type SubordinateKind, subordinateKindSchema } from '../../schemas/registry-event.ts';
import type { KeyRecord, SubordinateRecord } from '../registry/fold-state.ts';
import { subordinateRecord } from '../registry/subordinate-record.fixture.ts';
import { anchorOf, codeOf, configure, makeParty, NOW_S, state } from '../trust/federation.fixture.ts';
import { entityTypeOf, KEYS_BY_SUPERIOR } from '../trust/published-keys.ts';
import {
  ASSIGNMENT_AGENCY,
  AUTHORIZATION_SERVER,
  RECOGNITION_GATEWAY,
  RECOGNITION_MONITOR,
  STATUS_ISSUER,
} from '../trust/trust-bundle.ts';
import { validateChain } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';
import { admissibleKeys } from './admissible-keys.ts';
import { publishedTermsOf, termsOf } from './terms.ts';

const anchor = await makeParty('https://anchor.example');
const province = await makeParty('https://henan.example');
const subject = await makeParty('https://subject.henan.example');
const beyond = await makeParty('https://beyond.henan.example');
const PROVINCE = '410000';
const VENUES = { kinds: ['hospital' as const], regions: ['4101'] };
type Place = Pick<SubordinateRecord, 'level' | 'role'>;

function recordOf(kind: SubordinateKind, { level, role }: Place = { level: null, role: null }): SubordinateRecord {
  const entity_id = kind === 'province' ? province.entityId : subject.entityId;
  const place = kind === 'agency' ? { level: level ?? 'county', role: role ?? 'cdc' } : { level: null, role: null };
  const isServer = kind === 'authorization_server';
  const venues = { venue_kinds: isServer ? VENUES.kinds : null, regions: isServer ? VENUES.regions : null };
  const superior = kind === 'province' ? anchor.entityId : province.entityId;
  return subordinateRecord(entity_id, { superior, kind, province: PROVINCE, ...place, ...venues });
}

/** The subject's metadata as a verifier has it in the end, or null where there is no chain. */
async function resolvedOf(
  record: SubordinateRecord,
  metadata: Record<string, Record<string, unknown>>,
  isStrict = true,
) {
  // Each superior's terms hold by themselves: whoever is below a province is bound by it, whatever the anchor imposes.
  const imposed = isStrict || record.kind === 'province' ? termsOf(recordOf('province')) : {};
  const aboutProvince = await state(anchor, province, imposed);
  const hints = (superior: string) => ({ authority_hints: [superior], metadata });
  const chain =
    record.kind === 'province'
      ? [await configure(province, hints(anchor.entityId)), aboutProvince]
      : [
          await configure(subject, hints(province.entityId)),
          await state(province, subject, termsOf(record)),
          aboutProvince,
        ];
  try {
    return (await validateChain(chain, anchorOf(anchor), NOW_S)).metadata;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

/** The anchor's own monitor belongs to no province, so that no terms of one concern it. */
const BELOW_PROVINCES = subordinateKindSchema.exclude(['monitor']).options;
const TYPES = [STATUS_ISSUER, RECOGNITION_GATEWAY, ASSIGNMENT_AGENCY, AUTHORIZATION_SERVER];
const levels = fc.constantFrom(...levelSchema.values);
const roles = fc.constantFrom(...roleSchema.values);
const odd = fc.oneof(fc.constant([PROVINCE, '110000']), fc.constant({ value: '110000' }), fc.string(), fc.integer());
const claims = fc.record(
  {
    province: fc.oneof(fc.constantFrom(...Object.keys(PROVINCES)), odd),
    huren_province: fc.oneof(fc.constantFrom(...Object.keys(PROVINCES)), odd),
    huren_venue_kinds: fc.oneof(fc.constant(['hospital', 'prison']), odd),
    huren_regions: fc.oneof(fc.constant(['41', '11']), odd),
    level: fc.oneof(levels, odd),
    role: fc.oneof(roles, odd),
    jwks: fc.oneof(fc.constant({ keys: [subject.jwk] }), odd),
  },
  { requiredKeys: [] },
);
const metadata = fc.dictionary(fc.constantFrom(...TYPES, 'federation_entity', 'constructor', 'other'), claims);

describe('terms', () => {
  test('let a subordinate be what its record does not say', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...BELOW_PROVINCES),
        fc.record({ level: levels, role: roles }),
        metadata,
        fc.boolean(),
        async (kind, place, claimed, isStrict) => {
          const record = recordOf(kind, place);
          const { federation_entity: _own, ...typed } = (await resolvedOf(record, claimed, isStrict)) ?? {};
          for (const [type, resolved] of Object.entries(typed)) {
            seen.add(`${kind} ${type}`);
            expect(kind === 'province' ? TYPES : [entityTypeOf(kind)]).toContain(type);
            const held = resolved[type === AUTHORIZATION_SERVER ? 'huren_province' : 'province'];
            expect(provinceCodeSchema.parse(held)).toBe(PROVINCE);
            // What the superior names is not among the terms: what is left would be the entity's own word.
            if (KEYS_BY_SUPERIOR.has(type)) expect(resolved['jwks']).toBeUndefined();
            if (kind === 'agency') expect([resolved['level'], resolved['role']]).toEqual([record.level, record.role]);
            if (kind === 'authorization_server') {
              const { huren_venue_kinds, huren_regions } = resolved;
              expect([huren_venue_kinds, huren_regions]).toEqual([VENUES.kinds, VENUES.regions]);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
    // Something was left to look at.
    for (const kind of BELOW_PROVINCES) expect(seen).toContain(`${kind} ${entityTypeOf(kind)}`);
  });

  test('let a monitor be anything else, or vouch for anybody', () => {
    const constraints = { max_path_length: 0, allowed_entity_types: [RECOGNITION_MONITOR] };
    expect(termsOf(recordOf('monitor'))).toEqual({ constraints });
  });

  test.each(subordinateKindSchema.exclude(['province']).options)('let a %s vouch for others', async (kind) => {
    const chain = [
      await configure(beyond, { authority_hints: [subject.entityId], metadata: { [entityTypeOf(kind)]: {} } }),
      await state(subject, beyond),
      await state(province, subject, termsOf(recordOf(kind))),
      await state(anchor, province),
    ];
    expect(await codeOf(() => validateChain(chain, anchorOf(anchor), NOW_S))).toBe('constraint_violated');
  });

  test('follow from more than kind, province, level, role and venues', () => {
    for (const kind of subordinateKindSchema.options) {
      const record = recordOf(kind);
      const other = {
        ...record,
        name: { zh: '别', en: 'Other' },
        changed: { ...record.changed, index: 9 },
        entity_id: 'https://o.example',
      };
      expect(termsOf(other)).toEqual(termsOf(record));
    }
  });
});

describe('the keys that a superior names', () => {
  const named = (record: SubordinateRecord, keys: readonly KeyRecord[] = []) =>
    publishedTermsOf(record, keys, NOW_S).metadata?.[entityTypeOf(record.kind)]?.['jwks'];
  const [own] = admissibleKeys([subject.jwk]);
  if (own === undefined) throw new Error('no key');

  test.each(['gateway', 'issuer', 'agency'] as const)('are not those that the log has of a %s', (kind) => {
    const record = { ...recordOf(kind), published: [{ jwk: own, announced_s: 5, ends_s: null, ended_s: null }] };
    expect(named(record)).toEqual({ keys: [{ ...own, iat: 5 }] });
    // None, rather than nothing: no reader is left to take the entity's own word.
    expect(named(recordOf(kind))).toEqual({ keys: [] });
  });

  test('are those of another use, or none, of a province whose system signs', () => {
    const times = { activated_s: 5, retired_s: null, revoked_s: null, expires_s: null };
    const key = { use: 'statement', jwk: own, state: 'active', announced_s: 5, ...times } as const;
    const keys: KeyRecord[] = [key, { ...key, use: 'registry', jwk: { ...own, kid: 'events' } }];
    expect(named(recordOf('province'), keys)).toEqual({ keys: [{ ...own, iat: 5 }] });
    expect(named(recordOf('province'))).toEqual({ keys: [] });
  });

  test('are said of an authorization server, which other readers know by its own word', () => {
    expect(publishedTermsOf(recordOf('authorization_server'), [], NOW_S)).toEqual({});
  });
});
