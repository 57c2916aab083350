import { nodeCrypto } from '../node-crypto.ts';

/** ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4), or Ed25519 (RFC 8037). */
export type SignatureAlg = 'ES256' | 'EdDSA';

/** Length of both: r then s, 32 bytes each, or an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;
const WEB = { ES256: { name: 'ECDSA', hash: 'SHA-256' }, EdDSA: { name: 'Ed25519' } } as const;
const DIGEST = { ES256: 'sha256', EdDSA: null } as const;

type NodeCrypto = NonNullable<typeof nodeCrypto>;
type KeyObject = ReturnType<NodeCrypto['KeyObject']['from']>;
const keyObjects = new WeakMap<CryptoKey, KeyObject>();

/** The raw JOSE signature over some bytes, by a WebCrypto private key for that algorithm. */
export async function signBytes(
  alg: SignatureAlg,
  key: CryptoKey,
  input: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const node = nodeFor(key);
  if (node === undefined) return new Uint8Array(await crypto.subtle.sign(WEB[alg], key, input));
  return node.sign(DIGEST[alg], input, { key: keyObjectOf(node, key), dsaEncoding: 'ieee-p1363' });
}

/** Whether a raw JOSE signature over some bytes is good under a WebCrypto public key for that algorithm. */
export async function verifyBytes(
  alg: SignatureAlg,
  key: CryptoKey,
  input: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (signature.byteLength !== SIGNATURE_BYTES) return false;
  const node = nodeFor(key);
  if (node === undefined) return await crypto.subtle.verify(WEB[alg], key, signature, input);
  const how = { key: keyObjectOf(node, key), dsaEncoding: 'ieee-p1363' } as const;
  return node.verify(DIGEST[alg], input, how, signature);
}

/** A key that was made to stay inside WebCrypto is used there. */
function nodeFor({ extractable }: CryptoKey): NodeCrypto | undefined {
  return extractable ? nodeCrypto : undefined;
}

function keyObjectOf(node: NodeCrypto, key: CryptoKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = node.KeyObject.from(key);
  keyObjects.set(key, made);
  return made;
}
