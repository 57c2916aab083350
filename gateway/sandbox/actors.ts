import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Actor } from '../keys/actor.ts';
import { type KeyStore, ringFilePath } from '../keys/key-store.ts';
import { REGISTRY_OWNER } from '../keys/log-signer.ts';
import { sandboxEntityIds } from './entity-ids.ts';

/** Everybody whom the sandbox plays in the registry. Each has rings of its own, as `sandbox/…`. */
export interface SandboxActors {
  /** What every identifier lies below: it stays when the sandbox is started on another port. */
  readonly base: string;
  readonly anchor: Actor;
  readonly registrar: Actor;
  readonly operators: readonly [Actor, Actor];
  readonly auditor: Actor;
  readonly provinces: ReadonlyMap<ProvinceCode, Actor>;
}

/** The key rings of one of the sandbox's actors: `anchor`, `operator-a`, `operator-b`, `auditor` or a province code. */
export function sandboxOwner(actor: string): string {
  return `sandbox/${actor}`;
}

/** The registry ring of one of the sandbox's actors, where HUREN_KEYS does not say otherwise. */
export function sandboxSignerPath(dataDir: string, actor: string): string {
  return ringFilePath({ setting: null, dataDir }, sandboxOwner(actor), 'registry');
}

/**
 * Opens the actors' keys, making those that are missing. Identifiers follow the anchor's ring: the registry keeps its
 * names when the sandbox is started on another port.
 */
export async function openSandboxActors(
  keys: KeyStore,
  nodeUrl: string,
  provinces: readonly ProvinceCode[],
): Promise<SandboxActors> {
  const anchor = await keys.openActor(sandboxOwner('anchor'), sandboxEntityIds(nodeUrl).anchor);
  const base = anchor.entityId.slice(0, -'/anchor'.length);
  const ids = sandboxEntityIds(base);
  const open = (name: string, entityId: string) => keys.openActor(sandboxOwner(name), entityId);
  const opened = provinces.map(
    async (code): Promise<[ProvinceCode, Actor]> => [code, await open(code, ids.province(code))],
  );
  return {
    base,
    anchor,
    registrar: await keys.openActor(REGISTRY_OWNER, ids.registrar),
    operators: [
      await open('operator-a', ids.operator('operator-a')),
      await open('operator-b', ids.operator('operator-b')),
    ],
    auditor: await open('auditor', ids.auditor),
    provinces: new Map(await Promise.all(opened)),
  };
}
