import { join } from 'node:path';
import { announceKey, openKeyRing } from '../keys/key-ring.ts';
import { openLogSigner } from '../keys/log-signer.ts';
import { writePrivateFile } from '../keys/private-file.ts';
import type { SandboxActors } from './actors.ts';

/**
 * The file that says whom to believe: the anchor's federation keys with the next one, its registry keys and the log's.
 * Everybody pins it, the sandbox's own node too.
 */
export async function writeAnchorFile(dataDir: string, { anchor }: SandboxActors, nodeUrl: string) {
  const nowS = Math.floor(Date.now() / 1000);
  const ring = await openKeyRing(dataDir, 'sandbox/anchor', 'federation', nowS);
  await announceKey(dataDir, 'sandbox/anchor', 'federation', nowS);
  await ring.refresh(nowS);
  const { origin, verifierKey } = openLogSigner(
    join(dataDir, 'keys', 'log', 'checkpoint.json'),
    `${new URL(nodeUrl).host}/log`,
  );
  const document = {
    entity_id: anchor.entityId,
    jwks: { keys: ring.publicKeys },
    registry: { entity_id: anchor.entityId, jwks: { keys: [anchor.publicJwk] }, log_keys: [verifierKey] },
  };
  writePrivateFile(join(dataDir, 'anchor.json'), `${JSON.stringify(document, null, 2)}\n`);
  return { origin, verifierKey };
}
