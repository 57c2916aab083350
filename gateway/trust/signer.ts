import type { TokenForm } from '../../schemas/token-form.ts';
import { MERKLE_MEMBERS } from './merkle-form.ts';
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
  const signingInput = signingInputOf(typ, 'jws', payloadPart, signer);
  const signature = signer.sign(utf8Of(signingInput));
  if (signature instanceof Promise) return signature.then((octets) => `${signingInput}.${base64urlOf(octets)}`);
  return `${signingInput}.${base64urlOf(signature)}`;
}

/** What a signature of that form covers (RFC 7515 section 5.1). */
export function signingInputOf(typ: string, form: TokenForm, payloadPart: string, signer: Signer): string {
  return `${headerPartOf(typ, form, signer)}.${payloadPart}`;
}

/** Headers that were written before: a signer writes the same one on every token of a type and form. */
const headerParts: Readonly<Record<TokenForm, WeakMap<Signer, Map<string, string>>>> = {
  jws: new WeakMap(),
  merkle: new WeakMap(),
};
const MEMBERS_OF: Readonly<Record<TokenForm, JsonObject>> = { jws: {}, merkle: MERKLE_MEMBERS };

function headerPartOf(typ: string, form: TokenForm, signer: Signer): string {
  let ofSigner = headerParts[form].get(signer);
  if (ofSigner === undefined) {
    ofSigner = new Map();
    headerParts[form].set(signer, ofSigner);
  }
  const known = ofSigner.get(typ);
  if (known !== undefined) return known;
  const { alg, kid } = signer;
  const part = encodePart({ alg, typ, kid, ...MEMBERS_OF[form] });
  ofSigner.set(typ, part);
  return part;
}

/** A header or a payload as it stands in a token. */
export function encodePart(value: JsonObject): string {
  return base64urlOfText(JSON.stringify(value));
}
