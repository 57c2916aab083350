import { base64urlOf, base64urlOfText, utf8Of } from './octets.ts';
import { type SignatureAlg, signBytes } from './signature.ts';
import type { JsonObject } from './strict-json.ts';

export type SignerAlg = SignatureAlg;

/**
 * One private key in use. A KMS or a PKCS#11 token can stand behind it: the key itself is never asked for.
 * `sign` returns the raw JOSE signature (RFC 7518 section 3.4: r then s, 32 bytes each; RFC 8037 for EdDSA): at once where
 * the key is at hand, later where somebody has to be waited for.
 */
export interface Signer {
  readonly kid: string;
  readonly alg: SignerAlg;
  sign(input: Uint8Array<ArrayBuffer>): Uint8Array | Promise<Uint8Array>;
}

/** A signer over a WebCrypto private key: ECDSA P-256 for ES256, Ed25519 for EdDSA. */
export function createSigner(kid: string, alg: SignerAlg, privateKey: CryptoKey): Signer {
  return { kid, alg, sign: (input) => signBytes(alg, privateKey, input) };
}

/** Makes a compact JWS of a payload, whoever signs it and in whichever form. */
export type SignToken = (header: { readonly typ: string }, payload: JsonObject) => string | Promise<string>;

/** Signs a payload as a compact JWS. `alg` and `kid` come from the signer, so that a header cannot contradict its key. */
export async function signCompact(
  header: { readonly typ: string },
  payload: JsonObject,
  signer: Signer,
): Promise<string> {
  return await signParts(header, encodePart(payload), signer);
}

/** A signer as what makes plain tokens. */
export function plainly(signer: Signer): SignToken {
  return (header, payload) => signCompact(header, payload, signer);
}

/** Signs a payload that is encoded already, at once where the signer does. Throws what the signer throws. */
export function signParts(
  { typ }: { readonly typ: string },
  payloadPart: string,
  signer: Signer,
): string | Promise<string> {
  const signingInput = `${headerPartOf(typ, signer)}.${payloadPart}`;
  const signature = signer.sign(utf8Of(signingInput));
  if (signature instanceof Promise) return signature.then((octets) => `${signingInput}.${base64urlOf(octets)}`);
  return `${signingInput}.${base64urlOf(signature)}`;
}

/** Headers that were written before: a signer writes the same one on every token of a type. */
const headerParts = new WeakMap<Signer, Map<string, string>>();

function headerPartOf(typ: string, signer: Signer): string {
  let ofSigner = headerParts.get(signer);
  if (ofSigner === undefined) {
    ofSigner = new Map();
    headerParts.set(signer, ofSigner);
  }
  const known = ofSigner.get(typ);
  if (known !== undefined) return known;
  const { alg, kid } = signer;
  const part = encodePart({ alg, typ, kid });
  ofSigner.set(typ, part);
  return part;
}

/** What a signature covers; `typ` and whatever else the header says beside its key (RFC 7515 section 5.1). */
export function signingInputOf(
  { typ, ...more }: { readonly typ: string } & JsonObject,
  payloadPart: string,
  { alg, kid }: Signer,
): string {
  return `${encodePart({ alg, typ, kid, ...more })}.${payloadPart}`;
}

/** A header or a payload as it stands in a token. */
export function encodePart(value: JsonObject): string {
  return base64urlOfText(JSON.stringify(value));
}
