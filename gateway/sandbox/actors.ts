import { join } from 'node:path';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { type Actor, openSignerFile } from '../keys/signer-file.ts';
import { sandboxEntityIds } from './federation.ts';

/** Everybody whom the sandbox plays in the registry. Each has a signer file of its own below `keys/sandbox/`. */
export interface SandboxActors {
  readonly anchor: Actor;
  readonly gateway: Actor;
  readonly operators: readonly [Actor, Actor];
  readonly auditor: Actor;
  readonly provinces: ReadonlyMap<ProvinceCode, Actor>;
}

/** The signer file of one of the sandbox's actors: `anchor`, `operator-a`, `operator-b`, `auditor` or a province code. */
export function sandboxSignerPath(dataDir: string, actor: string): string {
  return join(dataDir, 'keys', 'sandbox', actor, 'registry.json');
}

/** The gateway's own signer file, in every mode. */
export function gatewaySignerPath(dataDir: string): string {
  return join(dataDir, 'keys', 'gateway', 'registry.json');
}

/**
 * Opens the actors' keys, making those that are missing. Identifiers follow the anchor's file: the registry keeps its
 * names when the sandbox is started on another port.
 */
export async function openSandboxActors(
  dataDir: string,
  gatewayId: string,
  provinces: readonly ProvinceCode[],
): Promise<SandboxActors> {
  const anchor = await openSignerFile(sandboxSignerPath(dataDir, 'anchor'), sandboxEntityIds(gatewayId).anchor);
  const base = anchor.entityId.slice(0, -'/anchor'.length);
  const open = (name: string, entityId: string) => openSignerFile(sandboxSignerPath(dataDir, name), entityId);
  const opened = provinces.map(
    async (code): Promise<[ProvinceCode, Actor]> => [code, await open(code, sandboxEntityIds(base).province(code))],
  );
  return {
    anchor,
    gateway: await openSignerFile(gatewaySignerPath(dataDir), base),
    operators: [
      await open('operator-a', `${base}/operators/operator-a`),
      await open('operator-b', `${base}/operators/operator-b`),
    ],
    auditor: await open('auditor', sandboxEntityIds(base).auditor),
    provinces: new Map(await Promise.all(opened)),
  };
}
