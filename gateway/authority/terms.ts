import type { SubordinateKind } from '../../schemas/registry-event.ts';
import { publishedKeysOf } from '../registry/fold-published-keys.ts';
import type { KeyRecord, SubordinateRecord } from '../registry/fold-state.ts';
import type { Constraints, SubordinateStatement } from '../trust/entity-claims.ts';
import { keyLifeOf, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import { entityTypeOf, KEYS_BY_SUPERIOR } from '../trust/published-keys.ts';
import { ASSIGNMENT_AGENCY, AUTHORIZATION_SERVER, RECOGNITION_GATEWAY, STATUS_ISSUER } from '../trust/trust-bundle.ts';

export type SubordinateTerms = Pick<SubordinateStatement, 'metadata_policy' | 'constraints'>;

/**
 * What a superior imposes on a subordinate: a function of what the log says of it. The superior, not the entity, says
 * which province is meant, which part of a procedure an agency signs and which venues an authorization server vouches
 * for, so that no gateway attests for a destination that is not its own, and no server places a venue elsewhere.
 */
export function termsOf(record: SubordinateRecord): SubordinateTerms {
  const { kind, province } = record;
  const itself = { province: { value: province } };
  const server = { huren_province: { value: province } };
  switch (kind) {
    case 'province': {
      const below = [STATUS_ISSUER, ASSIGNMENT_AGENCY, RECOGNITION_GATEWAY];
      return {
        metadata_policy: { ...Object.fromEntries(below.map((type) => [type, itself])), [AUTHORIZATION_SERVER]: server },
        constraints: { max_path_length: 1, allowed_entity_types: [...below, AUTHORIZATION_SERVER] },
      };
    }
    case 'monitor':
      return { constraints: leaf(kind) };
    case 'gateway':
    case 'issuer':
      return { metadata_policy: { [entityTypeOf(kind)]: itself }, constraints: leaf(kind) };
    case 'agency': {
      const { level, role } = record;
      return {
        metadata_policy: { [ASSIGNMENT_AGENCY]: { ...itself, level: { value: level }, role: { value: role } } },
        constraints: leaf(kind),
      };
    }
    case 'authorization_server': {
      const venues = { huren_venue_kinds: { value: record.venue_kinds }, huren_regions: { value: record.regions } };
      return { metadata_policy: { [AUTHORIZATION_SERVER]: { ...server, ...venues } }, constraints: leaf(kind) };
    }
  }
}

/**
 * The keys that a subordinate signs other things with, as the log has them: those that it published, or those of a
 * province's own keys that are for statements. Even where there are none, so that no reader takes the entity's own word for some.
 */
export function publishedTermsOf(
  { kind, published }: SubordinateRecord,
  ownKeys: readonly KeyRecord[],
  nowS: number,
): Pick<SubordinateStatement, 'metadata'> {
  const type = entityTypeOf(kind);
  if (!KEYS_BY_SUPERIOR.has(type)) return {};
  const own = ownKeys.filter(({ use }) => use === 'statement').map(keyLifeOf);
  const keys = kind === 'province' ? usableAndRevokedKeys(own, nowS) : publishedKeysOf(published);
  return { metadata: { [type]: { jwks: { keys } } } };
}

function leaf(kind: SubordinateKind): Constraints {
  return { max_path_length: 0, allowed_entity_types: [entityTypeOf(kind)] };
}
