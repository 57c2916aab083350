import { z } from 'zod';
import { DPOP_ALGS } from '../../schemas/protected-resource.ts';
import { numericDateSchema } from '../../schemas/status.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import { checkSignature, keyIdentity, type PublicJwk, publicJwkSchema } from './public-key.ts';
import { sha256Base64url } from './sha256.ts';
import { decodeBase64url, type JsonObject, parseStrictObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of a proof of possession (RFC 9449 section 4.2). */
export const DPOP_PROOF_TYP = 'dpop+jwt';
export const MAX_PROOF_LENGTH = 4_096;
/** How old a proof may be. Its nonce bounds it as well: see access/proof-nonces.ts. */
export const PROOF_LIFETIME_S = 120;

const MAX_URL_LENGTH = 1_024;

/** A proof's claims (RFC 9449 section 4.2). */
const proofClaimsSchema = z.object({
  jti: z.string().min(8).max(256),
  htm: z.string().max(16),
  htu: z.string().max(MAX_URL_LENGTH),
  iat: numericDateSchema,
  ath: z.string().max(64),
  nonce: z.string().max(256).optional(),
});

/** What a proof has to be about: the request that it came with. */
export interface ProvenRequest {
  readonly method: string;
  /** The addresses that this request can have been sent to, without query or fragment. */
  readonly urls: readonly string[];
  readonly accessToken: string;
  /** RFC 7638 thumbprint of the key that the token is bound to. */
  readonly jkt: string;
}

export interface DpopProof {
  readonly jti: string;
  readonly nonce: string | null;
}

/**
 * Verifies a DPoP proof (RFC 9449 section 4.3) but for its nonce, and for whether it was used before, which its receiver
 * remembers. The one token here that brings its own key: whose that is, the access token's `cnf.jkt` says. Throws TrustError.
 */
export async function verifyDpopProof(proof: string, asked: ProvenRequest, atS: number): Promise<DpopProof> {
  const { alg, key, signingInput, signature, payload } = await readProof(proof, asked.jkt);
  await checkSignature(alg, key, signingInput, signature, undefined);
  const parsed = proofClaimsSchema.safeParse(parseStrictObject(decodeBase64url(payload)));
  if (!parsed.success) throw new TrustError('claims_invalid', 'the proof has not the claims of a proof');
  const { jti, htm, htu, iat, ath, nonce = null } = parsed.data;
  if (htm !== asked.method) throw new TrustError('proof_method_mismatch', 'the proof is for another method');
  if (!asked.urls.some((url) => isSameUrl(htu, url))) {
    throw new TrustError('proof_url_mismatch', 'the proof is for another address');
  }
  if (ath !== (await sha256Base64url(asked.accessToken))) {
    throw new TrustError('proof_token_mismatch', 'the proof is for another access token');
  }
  if (iat > atS + CLOCK_SKEW_S) throw new TrustError('not_yet_valid', 'the proof is from the future');
  if (iat <= atS - PROOF_LIFETIME_S) throw new TrustError('expired', 'the proof is too old');
  return { jti, nonce };
}

/** RFC 7638 thumbprint of a public key, base64url. */
export async function thumbprintOf(key: PublicJwk): Promise<string> {
  return await sha256Base64url(keyIdentity(key));
}

async function readProof(proof: string, jkt: string) {
  if (proof.length > MAX_PROOF_LENGTH) throw new TrustError('token_too_large', 'the proof is too large');
  const [headerPart, payload, signature, ...more] = proof.split('.', 4);
  if (headerPart === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new TrustError('token_malformed', 'the proof has not three parts');
  }
  const header = parseStrictObject(decodeBase64url(headerPart));
  const alg = DPOP_ALGS.find((candidate) => candidate === header['alg']);
  if (alg === undefined) throw new TrustError('alg_not_allowed', 'the algorithm is not on the closed list');
  if (header['typ'] !== DPOP_PROOF_TYP) throw new TrustError('typ_wrong', `the proof is not typed ${DPOP_PROOF_TYP}`);
  if (['crit', 'b64', 'jku', 'x5u', 'x5c'].some((name) => Object.hasOwn(header, name))) {
    throw new TrustError('crit_unknown', 'the header asks for something that is not known here');
  }
  const key = publicKeyOf(header);
  // The cheap check first: a stranger's key costs no signature.
  if ((await thumbprintOf(key)) !== jkt) {
    throw new TrustError('proof_key_mismatch', 'the proof is by another key than the one that the token is bound to');
  }
  const signingInput = new TextEncoder().encode(`${headerPart}.${payload}`);
  return { alg, key, signingInput, signature: decodeBase64url(signature), payload };
}

/** A proof that shows its private key was made by somebody who gives it away (RFC 9449 section 4.3, item 7). */
function publicKeyOf({ jwk }: JsonObject): PublicJwk {
  const parsed = publicJwkSchema.safeParse(typeof jwk === 'object' ? { ...jwk, kid: DPOP_PROOF_TYP } : null);
  if (parsed.success) return parsed.data;
  throw new TrustError('proof_key_invalid', 'the header holds no public key of a kind that is taken here');
}

/** Addresses are compared as they are resolved, without query and fragment (RFC 9449 section 4.3, item 9). */
function isSameUrl(claimed: string, actual: string): boolean {
  if (!URL.canParse(claimed)) return false;
  const { origin, pathname } = new URL(claimed);
  return `${origin}${pathname}` === actual;
}
