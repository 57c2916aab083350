import { join } from 'node:path';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type Actor, openSignerFile } from '../keys/signer-file.ts';
import { sandboxEntityIds } from './entity-ids.ts';

/** Everybody whom the sandbox plays in the registry. Each has a signer file of its own below `keys/sandbox/`. */
export interface SandboxActors {
  /** What every identifier lies below: it stays when the sandbox is started on another port. */
  readonly base: string;
  readonly anchor: Actor;
  readonly registrar: Actor;
  readonly operators: readonly [Actor, Actor];
  readonly auditor: Actor;
  readonly provinces: ReadonlyMap<ProvinceCode, Actor>;
}

/** The signer file of one of the sandbox's actors: `anchor`, `operator-a`, `operator-b`, `auditor` or a province code. */
export function sandboxSignerPath(dataDir: string, actor: string): string {
  return join(dataDir, 'keys', 'sandbox', actor, 'registry.json');
}

/**
 * Opens the actors' keys, making those that are missing. Identifiers follow the anchor's file: the registry keeps its
 * names when the sandbox is started on another port.
 */
export async function openSandboxActors(
  dataDir: string,
  nodeUrl: string,
  provinces: readonly ProvinceCode[],
): Promise<SandboxActors> {
  const anchor = await openSignerFile(sandboxSignerPath(dataDir, 'anchor'), sandboxEntityIds(nodeUrl).anchor);
  const base = anchor.entityId.slice(0, -'/anchor'.length);
  const ids = sandboxEntityIds(base);
  const open = (name: string, entityId: string) => openSignerFile(sandboxSignerPath(dataDir, name), entityId);
  const opened = provinces.map(
    async (code): Promise<[ProvinceCode, Actor]> => [code, await open(code, ids.province(code))],
  );
  return {
    base,
    anchor,
    registrar: await openSignerFile(join(dataDir, 'keys', 'registrar', 'registry.json'), ids.registrar),
    operators: [
      await open('operator-a', ids.operator('operator-a')),
      await open('operator-b', ids.operator('operator-b')),
    ],
    auditor: await open('auditor', ids.auditor),
    provinces: new Map(await Promise.all(opened)),
  };
}
