import { DER } from '../../credentials/der.ts';
import type { CredentialSigner } from './credential-signer.ts';

export interface CertificateDraft {
  /** Whose key is certified. */
  readonly spki: Uint8Array;
  readonly country: string;
  /** Dotted object identifiers of extended key usages; none: no such extension. */
  readonly keyUsages?: readonly string[];
  /** `uniformResourceIdentifier` entries of the subject's alternative names. */
  readonly uris?: readonly string[];
  readonly serial: number;
}

const [BOOLEAN_TRUE, PRINTABLE, UTC_TIME, URI, VERSION, EXTENSIONS] = [0x01, 0x13, 0x17, 0x86, 0xa0, 0xa3];
const COUNTRY = '2.5.4.6';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** A certificate (RFC 5280) that a P-256 key has signed, as DER. */
export function makeCertificate(draft: CertificateDraft, issuer: CredentialSigner): Uint8Array {
  const algorithm = sequence(objectId(ECDSA_SHA256));
  const name = sequence(der(DER.set, sequence(objectId(COUNTRY), der(PRINTABLE, latin(draft.country)))));
  const extensions = [
    ...extension(EXTENDED_KEY_USAGE, (draft.keyUsages ?? []).map(objectId)),
    ...extension(
      SUBJECT_ALTERNATIVE_NAME,
      (draft.uris ?? []).map((uri) => der(URI, latin(uri))),
    ),
  ];
  const tbs = sequence(
    der(VERSION, der(DER.integer, Uint8Array.of(2))),
    der(DER.integer, Uint8Array.of(draft.serial)),
    algorithm,
    name,
    sequence(der(UTC_TIME, latin('250101000000Z')), der(UTC_TIME, latin('350101000000Z'))),
    name,
    draft.spki,
    ...(extensions.length === 0 ? [] : [der(EXTENSIONS, sequence(...extensions))]),
  );
  const signature = derSignature(issuer.sign(tbs));
  return sequence(tbs, algorithm, der(DER.bitString, Uint8Array.of(0, ...signature)));
}

/** An ECDSA signature in DER from r || s. */
export function derSignature(signature: Uint8Array): Uint8Array {
  return sequence(unsigned(signature.subarray(0, 32)), unsigned(signature.subarray(32)));
}

function unsigned(octets: Uint8Array): Uint8Array {
  const start = octets.findIndex((octet) => octet !== 0);
  const digits = octets.subarray(start === -1 ? octets.length - 1 : start);
  return der(DER.integer, (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...digits) : digits);
}

function extension(id: string, values: readonly Uint8Array[]): Uint8Array[] {
  if (values.length === 0) return [];
  return [sequence(objectId(id), der(BOOLEAN_TRUE, Uint8Array.of(0xff)), der(DER.octetString, sequence(...values)))];
}

function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(DER.objectId, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let left = arc >> 7; left > 0; left >>= 7) octets.unshift((left & 0x7f) | 0x80);
  return octets;
}

function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return der(DER.sequence, Buffer.concat(elements));
}

function der(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  if (length < 0x80) return Uint8Array.of(tag, length, ...content);
  const octets = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Uint8Array.of(tag, 0x80 + octets.length, ...octets, ...content);
}

function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
