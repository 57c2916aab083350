import type { SubordinateKind } from '../../schemas/registry-event.ts';
import type { SubordinateRecord } from '../registry/fold-state.ts';
import type { Constraints, SubordinateStatement } from '../trust/entity-claims.ts';
import {
  ASSIGNMENT_AGENCY,
  AUTHORIZATION_SERVER,
  RECOGNITION_GATEWAY,
  RECOGNITION_MONITOR,
  STATUS_ISSUER,
} from '../trust/trust-bundle.ts';

export type SubordinateTerms = Pick<SubordinateStatement, 'metadata_policy' | 'constraints'>;

/** The entity type that an entity of a kind has beside `federation_entity`. */
export function entityTypeOf(kind: SubordinateKind): string {
  switch (kind) {
    case 'province':
    case 'issuer':
      return STATUS_ISSUER;
    case 'gateway':
      return RECOGNITION_GATEWAY;
    case 'monitor':
      return RECOGNITION_MONITOR;
    case 'agency':
      return ASSIGNMENT_AGENCY;
    case 'authorization_server':
      return AUTHORIZATION_SERVER;
  }
}

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

function leaf(kind: SubordinateKind): Constraints {
  return { max_path_length: 0, allowed_entity_types: [entityTypeOf(kind)] };
}
