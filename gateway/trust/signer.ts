import { base64url } from 'jose';
import { type SignatureAlg, signBytes } from './signature.ts';
import type { JsonObject } from './strict-json.ts';

export type SignerAlg = SignatureAlg;

/**
 * One private key in use. A KMS or a PKCS#11 token can stand behind it: the key itself is never asked for.
 * `sign` returns the raw JOSE signature (RFC 7518 section 3.4: r then s, 32 bytes each; RFC 8037 for EdDSA).
 */
export interface Signer {
  readonly kid: string;
  readonly alg: SignerAlg;
  sign(input: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** A signer over a WebCrypto private key: ECDSA P-256 for ES256, Ed25519 for EdDSA. */
export function createSigner(kid: string, alg: SignerAlg, privateKey: CryptoKey): Signer {
  return { kid, alg, sign: (input) => signBytes(alg, privateKey, input) };
}

/** Signs a payload as a compact JWS. `alg` and `kid` come from the signer, so that a header cannot contradict its key. */
export async function signCompact(
  header: { readonly typ: string },
  payload: JsonObject,
  signer: Signer,
): Promise<string> {
  const protectedHeader = { alg: signer.alg, typ: header.typ, kid: signer.kid };
  const signingInput = `${encodeJson(protectedHeader)}.${encodeJson(payload)}`;
  const signature = await signer.sign(new TextEncoder().encode(signingInput));
  return `${signingInput}.${base64url.encode(signature)}`;
}

function encodeJson(value: JsonObject): string {
  return base64url.encode(JSON.stringify(value));
}
