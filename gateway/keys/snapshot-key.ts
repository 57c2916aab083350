import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { readIfThere, writePrivateFile } from './private-file.ts';

const fileSchema = z.strictObject({
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() }),
});

/** This node's own word for what it worked out before. It is nobody else's business, so no key that others know signs it. */
export interface SnapshotKey {
  readonly signBytes: (bytes: Uint8Array) => Uint8Array;
  readonly verifyBytes: (bytes: Uint8Array, signature: Uint8Array) => boolean;
}

/** Opens the node's snapshot key (0600). One that is missing or damaged is made anew: snapshots only save time. */
export function openSnapshotKey(path: string): SnapshotKey {
  const text = readIfThere(path);
  const file = text === null ? undefined : fileSchema.safeParse(jsonOrUndefined(text)).data;
  const privateKey = createPrivateKey({ key: (file ?? create(path)).jwk, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return {
    signBytes: (bytes) => sign(null, bytes, privateKey),
    verifyBytes: (bytes, signature) => verify(null, bytes, publicKey, signature),
  };
}

function create(path: string): z.infer<typeof fileSchema> {
  const { kty, crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const file = fileSchema.parse({ jwk: { kty, crv, x, d } });
  writePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return file;
}
