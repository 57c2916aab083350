import { createPublicKey, sign } from 'node:crypto';
import type { Cosigner, NoteSigner } from './checkpoint-signing.ts';
import { rawPublicKey } from './note.ts';

/** A witness whose private key is at hand. */
export function cosigner({ name, privateKey }: NoteSigner): Cosigner {
  return {
    name,
    publicKey: rawPublicKey(createPublicKey(privateKey)),
    sign: (message) => sign(null, message, privateKey),
  };
}
