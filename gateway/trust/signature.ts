import { nodeCrypto } from '../node-crypto.ts';
import { TrustError } from './trust-error.ts';

/** ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4), or Ed25519 (RFC 8037). */
export type SignatureAlg = 'ES256' | 'EdDSA';

/** Length of both: r then s, 32 bytes each, or an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;
const WEB = { ES256: { name: 'ECDSA', hash: 'SHA-256' }, EdDSA: { name: 'Ed25519' } } as const;
const DIGEST = { ES256: 'sha256', EdDSA: null } as const;

type NodeCrypto = NonNullable<typeof nodeCrypto>;
type KeyObject = ReturnType<NodeCrypto['KeyObject']['from']>;
const keyObjects = new WeakMap<CryptoKey, KeyObject>();

/** The raw JOSE signature over some bytes, by a WebCrypto private key for that algorithm: at once where node is there. */
export function signBytes(
  alg: SignatureAlg,
  key: CryptoKey,
  input: Uint8Array<ArrayBuffer>,
): Uint8Array | Promise<Uint8Array> {
  const node = nodeFor(key);
  if (node === undefined) return crypto.subtle.sign(WEB[alg], key, input).then((octets) => new Uint8Array(octets));
  return node.sign(DIGEST[alg], input, { key: keyObjectOf(node, key), dsaEncoding: 'ieee-p1363' });
}

/** Whether a raw JOSE signature over some bytes is good under one key: at once where node is there, later in a browser. */
export type VerifyBytes = (
  input: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>;

/** The members of a public JWK that make it what it is (RFC 7638). */
export interface BareJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

/** Takes a public key into use for that algorithm. Throws TrustError `key_unknown` where it is no point on its curve; in a browser the first use does. */
export function openVerifier(alg: SignatureAlg, jwk: BareJwk): VerifyBytes {
  const verify = nodeCrypto === undefined ? openInBrowser(alg, jwk) : openInNode(nodeCrypto, alg, jwk);
  return (input, signature) => signature.byteLength === SIGNATURE_BYTES && verify(input, signature);
}

function openInNode(node: NodeCrypto, alg: SignatureAlg, jwk: BareJwk): VerifyBytes {
  const key = publicKeyOf(node, jwk);
  const how = { key, dsaEncoding: 'ieee-p1363' } as const;
  return (input, signature) => node.verify(DIGEST[alg], input, how, signature);
}

function publicKeyOf(node: NodeCrypto, jwk: BareJwk): KeyObject {
  try {
    return node.createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch (error) {
    throw offCurve(error);
  }
}

function openInBrowser(alg: SignatureAlg, jwk: BareJwk): VerifyBytes {
  const algorithm = alg === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
  const imported = crypto.subtle.importKey('jwk', { ...jwk }, algorithm, true, ['verify']).catch((error: unknown) => {
    throw offCurve(error);
  });
  // Whoever uses it hears of it; nobody may.
  imported.catch(() => undefined);
  return async (input, signature) => await crypto.subtle.verify(WEB[alg], await imported, signature, input);
}

function offCurve(cause: unknown): TrustError {
  return new TrustError('key_unknown', 'the key is not a point on its curve', { cause });
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
