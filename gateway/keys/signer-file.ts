import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { type RegistryJwk, registryJwkSchema } from '../../schemas/registry-event.ts';
import { entityIdSchema } from '../../schemas/status.ts';
import { createSigner, type Signer } from '../trust/signer.ts';
import { readIfThere, writePrivateFile } from './private-file.ts';

/** A file that lets its holder act for one entity: who it is, and its private registry key. 0600. */
const signerFileSchema = z.strictObject({
  entity_id: entityIdSchema,
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
    kid: z.string().min(1).max(256),
  }),
});
type SignerFile = z.infer<typeof signerFileSchema>;

/** An entity with the key that signs its registry events. */
export interface Actor {
  readonly entityId: string;
  readonly signer: Signer;
  readonly publicJwk: RegistryJwk;
}

/** Opens a signer file; null where there is none. Throws where it is damaged, without quoting it. */
export async function readSignerFile(path: string): Promise<Actor | null> {
  const text = readIfThere(path);
  if (text === null) return null;
  try {
    return await actorOf(signerFileSchema.parse(JSON.parse(text)));
  } catch {
    throw new Error(`the signer file ${path} cannot be used`);
  }
}

/** Opens an entity's signer file, making it with a new key where there is none. The file's own entity id counts. */
export async function openSignerFile(path: string, entityId: string): Promise<Actor> {
  const present = await readSignerFile(path);
  if (present !== null) return present;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' });
  const file = signerFileSchema.parse({ entity_id: entityId, jwk: { kty, crv, x, y, d, kid } });
  writePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return await actorOf(file);
}

async function actorOf({ entity_id, jwk }: SignerFile): Promise<Actor> {
  const { kid, d: _private, ...half } = jwk;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const privateKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
  return {
    entityId: entity_id,
    signer: createSigner(kid, 'ES256', privateKey),
    publicJwk: registryJwkSchema.parse({ ...half, kid, alg: 'ES256', use: 'sig' }),
  };
}
