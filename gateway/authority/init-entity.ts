import type { RegistryJwk } from '../../schemas/registry-event.ts';
import type { KeyRing, RingTerms } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
import { type EntityDescription, writeDescription } from './entity-description.ts';

/** An entity with its keys, made or found. `registryJwks`: what it signs registry events with, where it signs any. */
export interface InitialisedEntity {
  readonly path: string;
  readonly federation: KeyRing;
  /** What it signs other things with, wherever those keys are kept. */
  readonly published: readonly PublicJwk[];
  readonly registryJwks: readonly RegistryJwk[] | null;
}

/** Describes an entity below the data directory, and makes the rings that its kind needs. Doing it again changes nothing. */
export async function initEntity(
  description: EntityDescription,
  { dataDir, keys, nowS }: { readonly dataDir: string; readonly keys: KeyStore; readonly nowS: number },
): Promise<InitialisedEntity> {
  const { owner, kind, entity_id: entityId } = description;
  const federation = await keys.openRing(owner, 'federation', { nowS, entityId });
  if (kind === 'anchor' && !federation.lives.some(({ state }) => state === 'announced')) {
    // Whoever pins the anchor pins the next key as well: its first rotation then breaks nobody's pin.
    await keys.announce(owner, 'federation', nowS);
    await federation.refresh(nowS);
  }
  const published = await publishedRing(description, { keys, nowS });
  const signs = kind === 'anchor' || kind === 'province';
  const actor = signs ? await keys.openActor(owner, entityId) : null;
  return {
    path: writeDescription(dataDir, description),
    federation,
    published: publishedKeys(description, published),
    registryJwks: actor === null ? null : [actor.publicJwk],
  };
}

/** The ring that an entity signs other things with than entity statements, where it is kept here; made where there is none. */
export async function publishedRing(
  { owner, kind, entity_id: entityId }: EntityDescription,
  { keys, ...terms }: { readonly keys: KeyStore } & RingTerms,
): Promise<KeyRing | null> {
  const use = kind === 'gateway' || kind === 'monitor' ? 'attestation' : kind === 'issuer' ? 'statement' : null;
  return use === null ? null : await keys.openRing(owner, use, { ...terms, entityId });
}

/** What an entity signs other things with: the keys of its ring, and those that are kept elsewhere. */
export function publishedKeys({ published_jwks = [] }: EntityDescription, ring: KeyRing | null): PublicJwk[] {
  return [...(ring?.publicKeys ?? []), ...published_jwks.map((jwk) => publicJwkSchema.parse(jwk))];
}
