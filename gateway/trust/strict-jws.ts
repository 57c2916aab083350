import type { JWK } from 'jose';
import type { TokenForm } from '../../schemas/token-form.ts';
import {
  declaresMerkle,
  MERKLE_MEMBERS,
  type MerkleProof,
  parseMerkleProof,
  rootTextOf,
  speaksOfMerkle,
} from './merkle-form.ts';
import { utf8Of } from './octets.ts';
import { badSignature, isSignedBy, type JwsAlg, type PublicJwk, type Sm2Verifier } from './public-key.ts';
import { decodeBase64url, isJsonObject, type JsonObject, parseStrictObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';
import { checkRootSignature } from './verified-roots.ts';

export interface CompactHeader {
  readonly alg: JwsAlg;
  readonly kid: string;
  readonly typ: string;
}

export interface CompactToken {
  readonly header: CompactHeader;
  /** Names of the header's members that are not known here, all of them ignored (RFC 7515 section 4). */
  readonly otherMembers: readonly string[];
  readonly form: TokenForm;
  readonly payload: JsonObject;
}

export interface CompactOptions {
  /** Longest token accepted, in characters; checked before anything else. */
  readonly maxBytes: number;
  /** The one media type accepted, in lower case, without its `application/` prefix. */
  readonly typ: string;
  /** Accepted algorithms; ES256 and EdDSA unless told. */
  readonly algs?: readonly JwsAlg[];
  /** Levels of objects and lists inside one another in the payload; 16 unless told. */
  readonly maxDepth?: number;
  /** Takes the Merkle form as well: for types whose tokens nobody can guess (see `merkle-form.ts`). */
  readonly merkle?: true;
}

export interface VerifyOptions extends CompactOptions {
  /** Needed to accept SM2, together with `algs`. */
  readonly sm2Verify?: Sm2Verifier;
}

/** Finds a key by `kid`; undefined means there is none. */
export type KeyResolver = (kid: string) => JWK | undefined | Promise<JWK | undefined>;

interface OpenedToken {
  readonly header: CompactHeader;
  readonly otherMembers: readonly string[];
  readonly signingInput: string;
  readonly payloadPart: string;
  readonly maxDepth: number | undefined;
  readonly signed: Signed;
}

/** What the third part is: a signature of this token, or its place among others that share one. */
type Signed =
  | { readonly form: 'jws'; readonly signature: Uint8Array<ArrayBuffer> }
  | { readonly form: 'merkle'; readonly proof: MerkleProof };

const DEFAULT_ALGS: readonly JwsAlg[] = ['ES256', 'EdDSA'];
const KEYS_IN_HEADER = ['jwk', 'jku', 'x5u', 'x5c'];
const KNOWN_MEMBERS = ['alg', 'kid', 'typ', ...Object.keys(MERKLE_MEMBERS)];
const MAX_KID_LENGTH = 256;

/**
 * Reads a compact JWS strictly (RFC 7515, RFC 8725) WITHOUT verifying it: what comes back is a stranger's word, good
 * only for choosing which keys to verify it with. Throws a TrustError.
 */
export function parseCompact(token: string, options: CompactOptions): CompactToken {
  return tokenOf(readToken(token, options));
}

/** In which form a compact JWS is signed, WITHOUT verifying it or looking at its payload. Throws a TrustError. */
export function parseForm(token: string, options: CompactOptions): TokenForm {
  return readToken(token, options).signed.form;
}

/** The same by the header of one that was verified before. Throws a TrustError. */
export function formInHeader(headerPart: string): TokenForm {
  return declaresMerkle(headerIn(headerPart).members) ? 'merkle' : 'jws';
}

/**
 * Verifies a compact JWS with one key or with the key that `key` finds for its `kid`, and returns its payload.
 * The payload is not looked at before its signature is good: any change to it is `signature_invalid`, whatever it
 * would have parsed as. Throws a TrustError.
 */
export async function verifyCompact(
  token: string,
  key: JWK | KeyResolver,
  options: VerifyOptions,
): Promise<CompactToken> {
  return await verifyWhereKnown(token, key, options);
}

/**
 * The same at once, where key and verifier are at hand: a promise for each step costs as much as reading the token. Throws
 * or rejects.
 */
export function verifyWhereKnown(
  token: string,
  key: JWK | KeyResolver,
  options: VerifyOptions,
): CompactToken | Promise<CompactToken> {
  const opened = readToken(token, options);
  const { kid } = opened.header;
  const found = typeof key === 'function' ? key(kid) : key;
  if (found instanceof Promise) return found.then((late) => verifiedWith(opened, late, options));
  return verifiedWith(opened, found, options);
}

function verifiedWith(
  opened: OpenedToken,
  found: JWK | undefined,
  options: VerifyOptions,
): CompactToken | Promise<CompactToken> {
  const good = isGood(opened, requireKey(opened.header.kid, found), options);
  return typeof good === 'boolean' ? goodToken(opened, good) : good.then((late) => goodToken(opened, late));
}

function goodToken(opened: OpenedToken, isGoodSignature: boolean): CompactToken {
  if (!isGoodSignature) throw badSignature();
  return tokenOf(opened);
}

/**
 * A resolver over a key set as of the verifier's own time, epoch seconds. Whoever holds a stolen key also writes the
 * token's `iat`, so that never counts. Throws `key_revoked` or `key_outside_window` for a key whose time is over.
 */
export function keysOf(jwks: { readonly keys: readonly PublicJwk[] }, atS: number): KeyResolver {
  return (kid) => {
    const key = jwks.keys.find((candidate) => candidate.kid === kid);
    if (key !== undefined) checkKeyTime(key, atS);
    return key;
  };
}

/** Refuses a key that is revoked, or whose window is over, at the verifier's time. */
export function checkKeyTime({ exp, revoked }: Pick<PublicJwk, 'exp' | 'revoked'>, atS: number): void {
  if (revoked !== undefined && revoked.revoked_at <= atS) throw new TrustError('key_revoked', 'the key was revoked');
  if (exp !== undefined && exp <= atS) throw new TrustError('key_outside_window', "the key's time is over");
}

function readToken(token: string, options: CompactOptions): OpenedToken {
  // Who calls this from JavaScript has no compiler to tell that it is none.
  if (typeof token !== 'string') throw new TrustError('token_malformed', 'the token is no text');
  if (token.length > options.maxBytes) throw new TrustError('token_too_large', 'the token is too large');
  const [headerPart, payloadPart, signaturePart, ...more] = token.split('.', 4);
  if (headerPart === undefined || payloadPart === undefined || signaturePart === undefined || more.length > 0) {
    throw new TrustError('token_malformed', 'the token has not three parts');
  }
  const { members, otherMembers } = headerIn(headerPart);
  const header = checkHeader(members, options);
  const form = checkForm(members, options);
  const bytes = decodeBase64url(signaturePart);
  return {
    header,
    otherMembers,
    signingInput: token.slice(0, headerPart.length + 1 + payloadPart.length),
    payloadPart,
    maxDepth: options.maxDepth,
    signed: form === 'jws' ? { form, signature: bytes } : { form, proof: parseMerkleProof(bytes) },
  };
}

/** One signer writes the same header on every token, so that the last ones are known by how they are written. */
const MOST_HEADERS = 256;
const LONGEST_KEPT_HEADER = 512;
interface Header {
  readonly members: JsonObject;
  /** Names of those that are not known here. */
  readonly otherMembers: readonly string[];
}

const headers = new Map<string, Header>();

function headerIn(part: string): Header {
  const known = headers.get(part);
  if (known !== undefined) return known;
  const members = Object.freeze(parseStrictObject(decodeBase64url(part)));
  const otherMembers = Object.keys(members).filter((name) => !KNOWN_MEMBERS.includes(name));
  const header = { members, otherMembers };
  if (part.length > LONGEST_KEPT_HEADER) return header;
  // A stranger may write many: the oldest goes first.
  if (headers.size >= MOST_HEADERS) headers.delete(headers.keys().next().value ?? part);
  headers.set(part, header);
  return header;
}

function tokenOf({ header, otherMembers, signed: { form }, payloadPart, maxDepth }: OpenedToken): CompactToken {
  return { header, otherMembers, form, payload: parseStrictObject(decodeBase64url(payloadPart), maxDepth) };
}

function isGood(
  { header, signingInput, signed }: OpenedToken,
  jwk: JWK,
  { sm2Verify }: VerifyOptions,
): boolean | Promise<boolean> {
  if (signed.form === 'jws') {
    return isSignedBy(header.alg, jwk, utf8Of(signingInput), signed.signature, sm2Verify);
  }
  const { proof } = signed;
  return checkRootSignature(header, jwk, rootTextOf(signingInput, proof), proof.signature).then(() => true);
}

function checkHeader(members: JsonObject, options: CompactOptions): CompactHeader {
  const { alg, kid, typ } = members;
  const accepted = (options.algs ?? DEFAULT_ALGS).find((candidate) => candidate === alg);
  if (accepted === undefined) throw new TrustError('alg_not_allowed', 'the algorithm is not on the closed list');
  if (typeof typ !== 'string' || typ.toLowerCase() !== options.typ) {
    // One signer makes several token types; a token must never pass for another type (RFC 8725 section 3.11).
    throw new TrustError('typ_wrong', `the token is not typed ${options.typ}`);
  }
  if (KEYS_IN_HEADER.some((name) => Object.hasOwn(members, name))) {
    // A key that the token brings along proves nothing (RFC 8725 section 3.10).
    throw new TrustError('key_in_header', 'the header carries or names its own key');
  }
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > MAX_KID_LENGTH) {
    throw new TrustError('kid_missing', 'the header has no usable kid');
  }
  return { alg: accepted, kid, typ: options.typ };
}

/** The form is known by `crit` and its member together: either of them alone is an extension that is not known here. */
function checkForm(members: JsonObject, { merkle }: CompactOptions): TokenForm {
  const asks = Object.hasOwn(members, 'crit') || speaksOfMerkle(members);
  if (Object.hasOwn(members, 'b64') || (asks && !(merkle === true && declaresMerkle(members)))) {
    throw new TrustError('crit_unknown', 'the header asks for an extension that is not known here');
  }
  return asks ? 'merkle' : 'jws';
}

function requireKey(kid: string, found: JWK | undefined): JWK {
  if (!isJsonObject(found) || found.kid !== kid) throw new TrustError('key_unknown', 'no key has that kid');
  return found;
}
