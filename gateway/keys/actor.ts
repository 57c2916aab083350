import { existsSync } from 'node:fs';
import { type RegistryJwk, registryJwkSchema } from '../../schemas/registry-event.ts';
import type { Signer } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import type { KeyKeeper } from './key-keeper.ts';
import type { KeyRing } from './key-ring.ts';
import { advanced, inState } from './key-rotation.ts';
import { kindOf } from './key-use.ts';
import { lifeOf, readRingFile, type StoredKey, writeRingFile } from './ring-file.ts';

/** An entity with the key that signs for it. An open ring's is always the key that is active now. */
export interface Actor {
  readonly entityId: string;
  readonly signer: Signer;
  readonly publicJwk: RegistryJwk;
}

/** The entity that a ring belongs to, signing with whatever key is active. Throws KeyError where the ring names none. */
export function actorOf(ring: KeyRing): Actor {
  const { entityId } = ring;
  if (entityId === null) throw new KeyError('key_unknown', 'that ring does not say whose it is');
  return {
    entityId,
    get signer() {
      return ring.signer;
    },
    get publicJwk() {
      return registryJwkSchema.parse(ring.lives.find(({ state }) => state === 'active')?.jwk);
    },
  };
}

/** The entity of a ring file, wherever it lies, as it is now; null where there is no file. Throws KeyError. */
export async function readActor(path: string, keeper: () => Promise<KeyKeeper>): Promise<Actor | null> {
  const ring = readRingFile(path);
  if (ring === null) return null;
  const active = inState(ring.keys, 'active');
  if (ring.entity_id === undefined || active === undefined) {
    throw new KeyError('key_file_damaged', `${path} does not say whose key is in use`);
  }
  return storedActor(ring.entity_id, active, await keeper(), path);
}

/** Makes a ring file with an entity's first key, outside any store. Throws KeyError `key_file_present`. */
export async function createActor(path: string, entityId: string, nowS: number, keeper: KeyKeeper): Promise<Actor> {
  if (existsSync(path)) throw new KeyError('key_file_present', `${path} exists already`);
  const { alg, schedule } = kindOf('registry');
  const keys = await advanced(null, { nowS, schedule, make: () => keeper.make(alg, 'registry') }, null);
  const [key] = keys;
  if (key === undefined) throw new KeyError('key_unknown', 'no key was made');
  writeRingFile(path, { entity_id: entityId, keys: [...keys] });
  return storedActor(entityId, key, keeper, path);
}

function storedActor(entityId: string, key: StoredKey, keeper: KeyKeeper, path: string): Actor {
  const { signer } = keeper.hold(key, path);
  return { entityId, signer, publicJwk: registryJwkSchema.parse(lifeOf(key).jwk) };
}
