import { base64url, type JWK } from 'jose';
import { checkSignature, fittingKey, type JwsAlg, keyIdentity } from './public-key.ts';

/** A tree has up to 256 tokens that arrive together, or over the minutes that they live. */
const MOST_ROOTS = 1_024;
const verified = new Set<string>();

/**
 * Verifies the signature over a root once for all its tokens. What is remembered is that this very signature of that text
 * was good under that very key: under another one, whatever its `kid`, it is verified again. Whether the key may still be
 * used is for whoever finds it to say, every time. SM2 signs no roots: it is only ever verified, for provinces that sign
 * each statement by itself. Throws as `checkSignature` does.
 */
export async function checkRootSignature(
  { alg, kid }: { readonly alg: JwsAlg; readonly kid: string },
  jwk: JWK,
  text: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const name = JSON.stringify([keyIdentity(fittingKey(alg, jwk)), alg, kid, text, base64url.encode(signature)]);
  const isKnown = verified.delete(name);
  if (!isKnown) await checkSignature(alg, jwk, new TextEncoder().encode(text), signature, undefined);
  // Put back last: the one that was asked for longest ago goes first.
  verified.add(name);
  if (verified.size > MOST_ROOTS) verified.delete(verified.values().next().value ?? name);
}
