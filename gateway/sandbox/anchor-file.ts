import { join } from 'node:path';
import { z } from 'zod';
import { MAX_LOG_KEYS } from '../../schemas/registry-event.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../keys/log-signer.ts';
import { writePrivateFile } from '../keys/private-file.ts';
import { type JwkSet, jwkSetSchema } from '../trust/public-key.ts';
import { type SandboxActors, sandboxOwner } from './actors.ts';

/**
 * The file that says whom to believe: the anchor's federation keys with the next one, its registry keys and the log's, and
 * `listKeys`, by which the operator of 900000 knows who signs lists and rules of certificates (`list_keys`).
 * Everybody pins it, the sandbox's own node too.
 */
export async function writeAnchorFile(
  dataDir: string,
  keys: KeyStore,
  { anchor }: SandboxActors,
  { nodeUrl, listKeys }: { readonly nodeUrl: string; readonly listKeys: string | undefined },
) {
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
    ...(listKeys === undefined ? {} : { credential_signers: signersIn(listKeys) }),
  };
  writePrivateFile(join(dataDir, 'anchor.json'), `${JSON.stringify(document, null, 2)}\n`);
  return { origin, verifierKey };
}

function signersIn(listKeys: string): JwkSet {
  const keys = z.array(z.object({ kid: z.string(), x: z.string(), y: z.string() })).parse(JSON.parse(listKeys));
  return jwkSetSchema.parse({ keys: keys.map((key) => ({ kty: 'EC', crv: 'P-256', alg: 'ES256', ...key })) });
}
