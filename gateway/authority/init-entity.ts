import type { RegistryJwk } from '../../schemas/registry-event.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { type EntityDescription, writeDescription } from './entity-description.ts';

/** An entity with its keys, made or found. `registryJwks`: what it signs registry events with, where it signs any. */
export interface InitialisedEntity {
  readonly path: string;
  readonly federation: KeyRing;
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
  if (kind === 'gateway' || kind === 'monitor') await keys.openRing(owner, 'attestation', { nowS, entityId });
  if (kind === 'issuer') await keys.openRing(owner, 'statement', { nowS, entityId });
  const signs = kind === 'anchor' || kind === 'province';
  const actor = signs ? await keys.openActor(owner, entityId) : null;
  return {
    path: writeDescription(dataDir, description),
    federation,
    registryJwks: actor === null ? null : [actor.publicJwk],
  };
}
