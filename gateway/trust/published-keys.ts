import { ownMember } from '../../schemas/own-member.ts';
import type { SubordinateKind } from '../../schemas/registry-event.ts';
import type { EntityConfiguration } from './entity-claims.ts';
import { jwkSetSchema, type PublicJwk } from './public-key.ts';
import {
  ASSIGNMENT_AGENCY,
  AUTHORIZATION_SERVER,
  RECOGNITION_GATEWAY,
  RECOGNITION_MONITOR,
  STATUS_ISSUER,
} from './trust-bundle.ts';

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
 * Entity types whose keys count by the word of the immediate superior alone, which says what the log says. An entity's own
 * word is signed with its federation key: whoever steals that could otherwise bring in a key that no log ever had.
 */
export const KEYS_BY_SUPERIOR: ReadonlySet<string> = new Set([
  STATUS_ISSUER,
  RECOGNITION_GATEWAY,
  RECOGNITION_MONITOR,
  ASSIGNMENT_AGENCY,
]);

/**
 * The keys that an entity says it signs other things with, as its superior takes them: those that it has not revoked. Null
 * where it says nothing of the kind, and its superior leaves them as they are.
 */
export function publishedKeysIn(
  { metadata }: Pick<EntityConfiguration, 'metadata'>,
  kind: SubordinateKind,
): readonly PublicJwk[] | null {
  const keys = keysNamed(metadata, entityTypeOf(kind));
  return keys.length === 0 ? null : keys.filter(({ revoked }) => revoked === undefined);
}

/** The keys that stand under an entity type; none where they cannot be read. */
export function keysNamed(metadata: EntityConfiguration['metadata'], type: string): readonly PublicJwk[] {
  return jwkSetSchema.safeParse(ownMember(metadata ?? {}, type)?.['jwks']).data?.keys ?? [];
}
