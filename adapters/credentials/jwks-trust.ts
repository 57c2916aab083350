import { p256, p384, p521 } from '@noble/curves/nist';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2';
import { z } from 'zod';
import { decodeBase64, decodeBase64url, encodeBase64url } from './base64url.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type CredentialTrust, joinedTrust, type Revocations, type SignerEntry } from './credential-trust.ts';
import { DER, derInside } from './der.ts';
import { readRevocations, revocationCounterSchema } from './revocation.ts';
import { importSignerKey, type SignerKey, spkiOfPoint } from './signer-key.ts';

const MAX_KEYS_OF_ONE_ISSUER = 1_000;
const MAX_CHAIN = 4;
const MAX_ISSUER_LENGTH = 1_000;
/** ecdsa-with-SHA256 and its longer kin (RFC 5758 section 3.2). */
const SIGNATURE_DIGESTS: ReadonlyMap<string, (octets: Uint8Array) => Uint8Array> = new Map([
  ['1.2.840.10045.4.3.2', sha256],
  ['1.2.840.10045.4.3.3', sha384],
  ['1.2.840.10045.4.3.4', sha512],
]);
/** By the length of an uncompressed point, in octets. */
const CURVES = new Map([
  [65, p256],
  [97, p384],
  [133, p521],
]);

const jwksSchema = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS_OF_ONE_ISSUER) });
const namedSchema = z.object({ kid: z.string().min(1).max(128) });
const coordinateSchema = z.string().length(43);
const keySchema = z.object({
  kid: z.string(),
  kty: z.literal('EC'),
  use: z.literal('sig'),
  alg: z.literal('ES256'),
  crv: z.literal('P-256'),
  x: coordinateSchema,
  y: coordinateSchema,
  d: z.undefined().optional(),
  x5c: z.array(z.string()).min(1).max(MAX_CHAIN).optional(),
  crlVersion: revocationCounterSchema.optional(),
});

export interface JwksOptions {
  readonly nextUpdateS?: number | null;
  /** The issuer's lists of revoked cards, as they were fetched; each names its key. */
  readonly revocationLists?: readonly unknown[];
}

/**
 * Trusts the keys that a SMART Health Cards issuer publishes (`iss/.well-known/jwks.json`). A key that breaks a rule of the
 * framework is known, and verifies nothing: another kind or use of key, a name that is not its thumbprint (RFC 7638), a
 * private part, a certificate for another key or another issuer. Reads anything, and throws nothing.
 */
export function trustFromJwks(issuer: string, jwks: unknown, options: JwksOptions = {}): CredentialTrust {
  const keys = new Map<string, SignerEntry[]>();
  const parsed = jwksSchema.safeParse(jwks);
  for (const jwk of parsed.success ? parsed.data.keys : []) {
    const named = namedSchema.safeParse(jwk);
    if (!named.success) continue;
    const { kid } = named.data;
    const entries = keys.get(kid) ?? [];
    keys.set(kid, entries);
    entries.push(entryOf(issuer, jwk, options));
  }
  return joinedTrust({ hcert: new Map(), shc: new Map([[issuer, keys]]) });
}

/** True for an address that an issuer may have: https, no slash at its end, nothing but host and path. */
export function isIssuerAddress(text: string): boolean {
  if (text.length > MAX_ISSUER_LENGTH || !text.startsWith('https://') || text.endsWith('/')) return false;
  if (!URL.canParse(text)) return false;
  const { href, username, password, search, hash } = new URL(text);
  const bare = [username, password, search, hash].every((part) => part === '');
  // One issuer has one spelling: what a parser would put right is another text.
  return bare && (href === text || href === `${text}/`);
}

function entryOf(issuer: string, jwk: unknown, options: JwksOptions): SignerEntry {
  const parsed = keySchema.safeParse(jwk);
  const key = parsed.success && isIssuerAddress(issuer) ? importKey(issuer, parsed.data) : null;
  return {
    issuer,
    key,
    kinds: null,
    nextUpdateS: options.nextUpdateS ?? null,
    revocations: parsed.success ? revocationsOf(parsed.data, options.revocationLists ?? []) : null,
  };
}

function importKey(issuer: string, jwk: z.infer<typeof keySchema>): SignerKey | null {
  const [x, y] = [decodeBase64url(jwk.x), decodeBase64url(jwk.y)];
  if (x === null || y === null || thumbprintOf(jwk) !== jwk.kid) return null;
  const spki = spkiOfPoint(x, y);
  if (jwk.x5c !== undefined && !isChainFor(issuer, spki, jwk.x5c)) return null;
  return importSignerKey(spki);
}

function thumbprintOf({ x, y }: { readonly x: string; readonly y: string }): string {
  return encodeBase64url(sha256(new TextEncoder().encode(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))));
}

/** The first certificate is of this key and of this issuer, and each is signed by the next one. */
function isChainFor(issuer: string, spki: Uint8Array, x5c: readonly string[]): boolean {
  const chain: Certificate[] = [];
  for (const text of x5c) {
    const certificate = readCertificate(decodeBase64(text) ?? new Uint8Array());
    if (certificate === null) return false;
    chain.push(certificate);
  }
  const [leaf] = chain;
  if (leaf === undefined || leaf.spki.join() !== spki.join() || !leaf.subjectUris.includes(issuer)) return false;
  return chain.slice(1).every((superior, index) => signed(superior, chain[index]));
}

/** Chains on other algorithms say nothing here, in either direction: the issuer's own key set is what counts. */
function signed(superior: Certificate, below: Certificate | undefined): boolean {
  const digest = SIGNATURE_DIGESTS.get(below?.signatureAlgorithm ?? '');
  const [, key] = derInside(superior.spki, DER.sequence) ?? [];
  const point = key?.content.subarray(1);
  const curve = CURVES.get(point?.length ?? 0);
  if (below === undefined || digest === undefined || point === undefined || curve === undefined) return true;
  try {
    return curve.verify(below.signature, digest(below.tbs), point, { format: 'der', lowS: false });
  } catch {
    return false;
  }
}

function revocationsOf(jwk: z.infer<typeof keySchema>, lists: readonly unknown[]): Revocations | null {
  if (jwk.crlVersion === undefined) return null;
  return readRevocations(jwk.kid, jwk.crlVersion, lists);
}
