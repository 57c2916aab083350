import { join } from 'node:path';
import { MAX_LOG_KEYS } from '../../schemas/registry-event.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../keys/log-signer.ts';
import { writePrivateFile } from '../keys/private-file.ts';
import { type SandboxActors, sandboxOwner } from './actors.ts';

/**
 * The file that says whom to believe: the anchor's federation keys with the next one, its registry keys and the log's.
 * Everybody pins it, the sandbox's own node too.
 */
export async function writeAnchorFile(dataDir: string, keys: KeyStore, { anchor }: SandboxActors, nodeUrl: string) {
  const nowS = Math.floor(Date.now() / 1000);
  const owner = sandboxOwner('anchor');
  const ring = await keys.openRing(owner, 'federation', { nowS, entityId: anchor.entityId });
  await keys.announce(owner, 'federation', nowS);
  await ring.refresh(nowS);
  const { origin, verifierKey, verifierKeys } = await openLogSigner(
    keys,
    REGISTRY_OWNER,
    `${new URL(nodeUrl).host}/log`,
  );
  // The one that entry 0 names among them, also once another key is in use.
  const log_keys = verifierKeys.slice(0, MAX_LOG_KEYS);
  const document = {
    entity_id: anchor.entityId,
    jwks: { keys: ring.publicKeys },
    registry: { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] }, log_keys },
  };
  writePrivateFile(join(dataDir, 'anchor.json'), `${JSON.stringify(document, null, 2)}\n`);
  return { origin, verifierKey };
}
