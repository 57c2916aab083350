import { z } from 'zod';
import { decodeBase64, decodeBase64url } from './base64url.ts';
import { hexOf, keyIdOf, readCertificate } from './certificate.ts';
import { CredentialListError } from './credential-list-error.ts';
import { checkDidProof } from './did-proof.ts';

/**
 * A trust list of the WHO's Global Digital Health Certification Network (GDHCN trust lists 2.0.0): a DID document with a
 * JsonWebKey2020 entry for every key, embedded, and a proof over all of it.
 */
export interface GdhcnList {
  /** When its proof was made, epoch seconds: the only order that these lists have. */
  readonly createdS: number;
  /** Of keys that sign certificates (usage DSC), by participant. */
  readonly signers: readonly { readonly issuer: string; readonly certificate: string }[];
}

/**
 * Where these lists deviate from their own standards. Each is borne with on lists of this publisher alone, was seen on the
 * day named, and can go when it is seen no more.
 */
const WHO_QUIRKS = {
  /** RFC 7518 section 6.2.1.2: coordinates have the length of the field. Seen with a leading zero octet, 2026-08-22. */
  paddedCoordinates: { octets: 33 },
  /** RFC 7518 section 3.4: an ES256 signature is r || s. Seen in DER, 2026-08-22. */
  derProof: true,
} as const;
const WHO_LISTS = /^did:web:(?:tng-cdn(?:-dev|-uat)?\.who\.int|worldhealthorganization\.github\.io):/;
const P256_OCTETS = 32;
const MAX_KEYS = 20_000;
const SIGNER_USAGE = '#DSC';

/** What stands in an identifier of N-Quads without any escape (RDF 1.1 N-Quads section 2.2). */
const identifierSchema = z
  .string()
  .max(500)
  .regex(/^[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+$/);
/** Likewise in a literal, and with one spelling in JSON. */
const plainSchema = z
  .string()
  .max(24_000)
  .regex(/^[ !#-[\]-~]*$/);
const codedSchema = z.strictObject({ code: z.string().regex(/^#[A-Z0-9-]{1,40}$/) });

const keySchema = z.strictObject({
  id: identifierSchema,
  type: z.literal('JsonWebKey2020'),
  controller: identifierSchema,
  publicKeyJwk: z.strictObject({
    kty: z.enum(['EC', 'RSA']),
    kid: plainSchema,
    x5c: z.array(plainSchema).min(1).max(8),
    crv: plainSchema.optional(),
    x: plainSchema.optional(),
    y: plainSchema.optional(),
    e: plainSchema.optional(),
    n: plainSchema.optional(),
  }),
  domain: codedSchema,
  participant: codedSchema,
  keyusage: codedSchema,
});
export type DidKey = z.infer<typeof keySchema>;

/** Strict: a member that the proof does not cover would be nobody's word. */
export const didListSchema = z.strictObject({
  '@context': z.tuple([
    z.literal('https://www.w3.org/ns/did/v1'),
    z.literal('https://w3id.org/security/suites/jws-2020/v1'),
    z.string().regex(/^https:\/\/smart\.who\.int\/trust\/tng-context\/v1(-DEV|-UAT)?\.jsonld$/),
  ]),
  id: identifierSchema,
  controller: identifierSchema,
  verificationMethod: z.array(keySchema).max(MAX_KEYS),
  proof: z.strictObject({
    type: z.literal('JsonWebSignature2020'),
    created: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    nonce: z.string().regex(/^[A-Za-z0-9]{1,64}$/),
    proofPurpose: z.literal('assertionMethod'),
    verificationMethod: identifierSchema,
    jws: z.string().max(400),
  }),
});
export type DidList = z.infer<typeof didListSchema>;

/** The signer of these lists: the verification method that its proofs name, and its P-256 key. Pinned, never fetched with them. */
export interface PinnedSigner {
  readonly method: string;
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array<ArrayBuffer>;
}

/**
 * Reads and verifies a list. `domain` (`DCC`, `DDCC`, ...) leaves out keys of other trust domains: a key counts for what its
 * participant was admitted to. Throws a CredentialListError.
 */
export function readGdhcnList(document: unknown, signer: PinnedSigner, domain: string): GdhcnList {
  const parsed = didListSchema.safeParse(document);
  if (!parsed.success) throw new CredentialListError('list_malformed', 'not a list of embedded keys');
  const list = parsed.data;
  if (list.proof.verificationMethod !== signer.method) {
    throw new CredentialListError('list_signer_unknown', 'signed by another method');
  }
  const quirks = WHO_LISTS.test(list.id) ? WHO_QUIRKS : null;
  checkDidProof(list, signer.spki, { inDer: quirks?.derProof ?? false });
  const signers = list.verificationMethod
    .filter((key) => key.keyusage.code === SIGNER_USAGE && key.domain.code === `#${domain}`)
    .map((key) => signerIn(key, quirks?.paddedCoordinates.octets ?? P256_OCTETS));
  return { createdS: Date.parse(list.proof.created) / 1000, signers: signers.filter((one) => one !== null) };
}

/**
 * Null for an entry that contradicts itself: one that names its certificate by another digest, or another key beside it. One
 * participant's slip takes no other one's keys off the list.
 */
function signerIn({ participant, publicKeyJwk }: DidKey, maxOctets: number): GdhcnList['signers'][number] | null {
  const [certificate = ''] = publicKeyJwk.x5c;
  const der = decodeBase64(certificate);
  const named = decodeBase64(publicKeyJwk.kid);
  const read = der === null ? null : readCertificate(der);
  if (der === null || read === null || named === null || hexOf(named) !== keyIdOf(der)) return null;
  const { kty, x = '', y = '' } = publicKeyJwk;
  const isCertified = kty !== 'EC' || [x, y].every((text, index) => isCoordinate(text, index, read.spki, maxOctets));
  return isCertified ? { issuer: participant.code.slice(1), certificate } : null;
}

/** True where the text is that coordinate of the certified point: 0 for x, 1 for y. */
function isCoordinate(text: string, index: number, spki: Uint8Array, maxOctets: number): boolean {
  const octets = decodeBase64url(text);
  if (octets === null) return false;
  if (octets.length === P256_OCTETS + 1 && octets[0] === 0 && maxOctets === P256_OCTETS) {
    throw new CredentialListError('list_quirk_elsewhere', 'a coordinate of 33 octets');
  }
  const start = spki.length - P256_OCTETS * (2 - index);
  return (
    octets.length >= P256_OCTETS &&
    octets.length <= maxOctets &&
    hexOf(octets.subarray(-P256_OCTETS)) === hexOf(spki.subarray(start, start + P256_OCTETS))
  );
}
