import { sha256 } from '@noble/hashes/sha2';
import { DER, type DerElement, derElements, derInside, objectIdOf } from './der.ts';

/** What a certificate of a trust list says (RFC 5280). Nothing in it counts before its list is trusted. */
export interface Certificate {
  readonly der: Uint8Array<ArrayBuffer>;
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** The signed part, its algorithm and its signature, for chains. */
  readonly tbs: Uint8Array<ArrayBuffer>;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Country of the subject, as it is written there; null where it names none. */
  readonly country: string | null;
  readonly extendedKeyUsages: readonly string[];
  /** `uniformResourceIdentifier` entries of the subject's alternative names. */
  readonly subjectUris: readonly string[];
}

const COUNTRY = '2.5.4.6';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const [VERSION_TAG, EXTENSIONS_TAG, URI_TAG] = [0xa0, 0xa3, 0x86];
const MAX_CERTIFICATE_OCTETS = 16_384;
const LATIN = new TextDecoder('latin1');
const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Reads an X.509 certificate in DER. Null where it is none, or longer than 16 KiB. */
export function readCertificate(der: Uint8Array): Certificate | null {
  if (der.length > MAX_CERTIFICATE_OCTETS) return null;
  const octets = Uint8Array.from(der);
  const [tbs, algorithm, signature, ...more] = derInside(octets, DER.sequence) ?? [];
  if (tbs?.tag !== DER.sequence || algorithm === undefined || more.length > 0) return null;
  const fields = derElements(tbs.content)?.filter(({ tag }) => tag !== VERSION_TAG) ?? [];
  // Serial number, algorithm, issuer, validity, subject, key; then the optional ones.
  const [, , , , subject, key, ...optional] = fields;
  const signatureAlgorithm = objectIdOf(derInside(algorithm.whole, DER.sequence)?.[0]);
  if (subject === undefined || key?.tag !== DER.sequence) return null;
  if (signatureAlgorithm === null || signature?.tag !== DER.bitString) return null;
  const extensions = optional.find(({ tag }) => tag === EXTENSIONS_TAG);
  return {
    der: octets,
    spki: key.whole,
    tbs: tbs.whole,
    signatureAlgorithm,
    signature: signature.content.subarray(1),
    country: countryIn(subject),
    extendedKeyUsages: keyUsagesIn(extensions),
    subjectUris: urisIn(extensions),
  };
}

/** How certificates name the key that signed them: the first eight octets of the SHA-256 of its certificate, as hex. */
export function keyIdOf(der: Uint8Array): string {
  return hexOf(sha256(der).subarray(0, 8));
}

export function hexOf(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += HEX[octet];
  return text;
}

function countryIn(subject: DerElement): string | null {
  for (const set of derInside(subject.whole, DER.sequence) ?? []) {
    for (const attribute of derInside(set.whole, DER.set) ?? []) {
      const [type, value] = derInside(attribute.whole, DER.sequence) ?? [];
      if (objectIdOf(type) === COUNTRY && value !== undefined) return LATIN.decode(value.content);
    }
  }
  return null;
}

function keyUsagesIn(extensions: DerElement | undefined): string[] {
  const usages = extensionValue(extensions, EXTENDED_KEY_USAGE);
  if (usages === null) return [];
  return (derInside(usages, DER.sequence) ?? []).flatMap((usage) => objectIdOf(usage) ?? []);
}

function urisIn(extensions: DerElement | undefined): string[] {
  const names = extensionValue(extensions, SUBJECT_ALTERNATIVE_NAME);
  if (names === null) return [];
  return (derInside(names, DER.sequence) ?? [])
    .filter(({ tag }) => tag === URI_TAG)
    .map(({ content }) => LATIN.decode(content));
}

function extensionValue(extensions: DerElement | undefined, id: string): Uint8Array<ArrayBuffer> | null {
  const list = extensions === undefined ? null : derInside(extensions.content, DER.sequence);
  for (const extension of list ?? []) {
    const parts = derInside(extension.whole, DER.sequence) ?? [];
    const value = parts.at(-1);
    if (objectIdOf(parts[0]) === id && value?.tag === DER.octetString) return value.content;
  }
  return null;
}
