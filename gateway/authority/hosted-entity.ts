import { VENUE_SCOPE } from '../../schemas/venue-token.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { FoldState } from '../registry/fold-state.ts';
import type { EntityConfiguration, TrustMarkEntry } from '../trust/entity-claims.ts';
import { type KeyLife, keyLifeOf, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import type { Signer } from '../trust/signer.ts';
import {
  ASSIGNMENT_AGENCY,
  AUTHORIZATION_SERVER,
  RECOGNITION_GATEWAY,
  RECOGNITION_MONITOR,
  STATUS_ISSUER,
} from '../trust/trust-bundle.ts';
import { federationEndpoints, trustMarkEndpoints } from './endpoints.ts';
import type { EntityDescription } from './entity-description.ts';
import { conformanceMarkType } from './trust-mark-register.ts';

/** An entity's own federation keys as they are at this moment: a key ring, or a stand-in for one. */
export interface FederationKeys {
  readonly signer: Signer;
  readonly publicKeys: readonly PublicJwk[];
  readonly lives: readonly KeyLife[];
}

type Metadata = NonNullable<EntityConfiguration['metadata']>;

/** An entity whose federation keys this process holds. */
export interface HostedEntity {
  readonly entityId: string;
  readonly superior: string | null;
  readonly federationKeys: FederationKeys;
  /** With the keys of its entity type, at `nowS`. */
  readonly metadata: (nowS: number) => Metadata;
  /** Keys other than the federation's that it has published: what its historical key set tells the end of. */
  readonly publishedLives: () => readonly KeyLife[];
  /** What its configuration follows from beside its keys: when a member is another one, it is signed anew. */
  readonly basis: () => readonly unknown[];
  /** Marks that others gave it; each is signed anew with its configuration. */
  readonly trustMarks?: () => Promise<readonly TrustMarkEntry[]>;
  /** Further claims of its configuration: whom an anchor lets issue which trust marks. */
  readonly claims?: Pick<EntityConfiguration, 'trust_mark_issuers'>;
}

interface Parts {
  readonly federation: KeyRing;
  /** The keys that it signs other things with, where this process holds them: a gateway's attestations, an issuer's statements. */
  readonly published: KeyRing | null;
  readonly folded: () => FoldState;
}

/** A described entity with its keys, as it speaks of itself. */
export function hostEntity(description: EntityDescription, { federation, published, folded }: Parts): HostedEntity {
  const { entity_id: entityId, superior, kind } = description;
  const lives = livesOf(description, published, folded);
  return {
    entityId,
    superior,
    federationKeys: federation,
    publishedLives: lives,
    basis: () => (kind === 'province' ? [folded().entities.get(entityId)?.keys, folded().adapters] : []),
    metadata: (nowS) => ({
      federation_entity: { organization_name: description.name.en, ...endpointsOf(description) },
      ...typeMetadata(description, usableAndRevokedKeys(lives(), nowS)),
    }),
    ...(kind === 'anchor' ? { claims: { trust_mark_issuers: markIssuers(entityId) } } : {}),
  };
}

/** A province's statement keys are those that the log has of it, since its system holds them; others' are their own. */
function livesOf(description: EntityDescription, published: KeyRing | null, folded: Parts['folded']) {
  const { entity_id, kind, published_jwks = [] } = description;
  if (kind === 'province') {
    return () => (folded().entities.get(entity_id)?.keys ?? []).filter(({ use }) => use === 'statement').map(keyLifeOf);
  }
  const elsewhere = published_jwks.map((jwk) =>
    keyLifeOf({ jwk, state: 'active', announced_s: 0, retired_s: null, revoked_s: null, expires_s: null }),
  );
  return () => [...(published?.lives ?? []), ...elsewhere];
}

function endpointsOf({ entity_id, kind }: EntityDescription): Metadata[string] {
  switch (kind) {
    case 'anchor':
      return { ...federationEndpoints(entity_id), ...trustMarkEndpoints(entity_id) };
    case 'province':
    case 'monitor':
    case 'gateway':
    case 'issuer':
      return federationEndpoints(entity_id);
    case 'agency':
    case 'authorization_server':
      return {};
  }
}

function typeMetadata(description: EntityDescription, keys: readonly PublicJwk[]): Metadata {
  const { entity_id: issuer, kind, province, level, role, token_endpoint } = description;
  const jwks = { keys };
  switch (kind) {
    case 'anchor':
      return {};
    case 'province':
    case 'issuer':
      // A plain API signs nothing, so its province is no issuer of statements.
      return keys.length === 0 ? {} : { [STATUS_ISSUER]: { province, jwks } };
    case 'monitor':
      return { [RECOGNITION_MONITOR]: { jwks } };
    case 'gateway':
      return { [RECOGNITION_GATEWAY]: { province, jwks } };
    case 'agency':
      return { [ASSIGNMENT_AGENCY]: { province, level, role, jwks } };
    case 'authorization_server': {
      const { introspection_endpoint } = description;
      const asked =
        introspection_endpoint === undefined ? {} : { introspection_endpoint, huren_introspection_required: true };
      const grants = { scopes_supported: [VENUE_SCOPE], grant_types_supported: ['client_credentials'] };
      return { [AUTHORIZATION_SERVER]: { issuer, token_endpoint, jwks, ...grants, ...asked } };
    }
  }
}

function markIssuers(anchorId: string): Record<string, string[]> {
  const types = [conformanceMarkType(anchorId, 'static'), conformanceMarkType(anchorId, 'live')];
  return Object.fromEntries(types.map((type) => [type, [anchorId]]));
}
