import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { Pair } from './attestation.fixture.ts';
import { publicJwkSchema } from './public-key.ts';
import { createSigner } from './signer.ts';

/** PKCS #8 of an Ed25519 key up to its 32 octets (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 key made of its name, which is no secret: its signatures always come out the same, so vectors do. */
export async function seededKey(kid: string, name = kid): Promise<Pair> {
  const seed = createHash('sha256').update(`huren vectors: ${name}`).digest();
  const der = Buffer.concat([PKCS8, seed]);
  const privateKey = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
  const { kty, crv, x } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return { signer: createSigner(kid, 'EdDSA', privateKey), jwk: publicJwkSchema.parse({ kty, crv, x, kid }) };
}
