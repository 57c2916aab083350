import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { RegistryEventKind } from '../../schemas/registry-event.ts';
import { type KeyStore, openKeyStore } from '../keys/key-store.ts';
import { actors, enrolledWorld, NAME, type World } from '../registry/registry.fixture.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { admissibleKeys } from './admissible-keys.ts';

export const GATEWAY_ID = 'https://gateway.henan.example';

/** A door into a registry in memory, with the kinds of what went in. */
export interface WatchedDoor extends RegistryDoor {
  readonly entered: RegistryEventKind[];
}

export function doorInto(world: World): WatchedDoor {
  const entered: RegistryEventKind[] = [];
  return {
    entered,
    folded: () => world.state,
    submit: async (actor, { kind, body }) => {
      const refused = await world.try(actor, kind, body);
      if (refused !== null) throw new RegistryError('registry_unavailable', refused);
      entered.push(kind);
    },
  };
}

/** Henan below the anchor with the first keys, its gateway below it with the second ones. */
export async function admittedWorld(henan: readonly PublicJwk[], gateway: readonly PublicJwk[]): Promise<World> {
  const world = await enrolledWorld();
  await world.do(actors.anchor, 'subordinate_admitted', {
    entity_id: actors.henan.entityId,
    kind: 'province',
    province: '410000',
    name: NAME,
    jwks: { keys: admissibleKeys(henan) },
  });
  await world.do(actors.henan, 'subordinate_admitted', {
    entity_id: GATEWAY_ID,
    kind: 'gateway',
    name: NAME,
    jwks: { keys: admissibleKeys(gateway) },
  });
  return world;
}

/** A key store of its own, in files, gone with the test. */
export function ownKeyStore(): KeyStore {
  const dataDir = mkdtempSync(join(tmpdir(), 'huren-authority-'));
  const keys = openKeyStore({ setting: null, dataDir });
  onTestFinished(() => {
    keys.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return keys;
}

/** A log that keeps its lines. */
export function keptLog(level: 'info' | 'warn' = 'warn'): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: pino({ level }, { write: (line: string) => void lines.push(line) }) };
}
