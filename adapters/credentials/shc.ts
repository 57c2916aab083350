import { z } from 'zod';
import { readJsonText } from '../../schemas/json-text.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { decodeBase64url } from './base64url.ts';
import { CredentialError } from './credential-error.ts';
import { inflateRaw } from './inflate.ts';
import { isIssuerAddress } from './jwks-trust.ts';
import { revocationIdSchema } from './revocation.ts';

export const SHC_PREFIX = 'shc:/';
const DIGITS = /^[0-9]+$/;
const CHUNK = /^\d{1,3}\/\d{1,3}\//;
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** What the characters of a compact JWS are counted from: `-`. */
const FIRST_CHARACTER = 45;
const LAST_CHARACTER = 122;
/** A QR code of version 22 holds no longer one (SMART Health Cards, Health Cards as QR Codes). */
const MAX_QR_LENGTH = 1_195;
/** Of one in a file, which no code bounds. */
const MAX_JWS_LENGTH = 16_384;
const MAX_FILE_LENGTH = 65_536;
const MAX_JSON_DEPTH = 32;
const CARD_TYPE = 'https://smarthealth.cards#health-card';
/** Year 2200. What is later was written in milliseconds. */
const MAX_TIME_S = 7_258_118_400;

/** A card that nobody has verified yet. */
export interface SignedCard {
  readonly keyId: string;
  /** It came as the text of a printed code, not as a JWS or a file. */
  readonly isPrinted: boolean;
  readonly compressed: Uint8Array;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** What a card says. Times in epoch seconds. */
export interface CardClaims {
  readonly content: 'card';
  readonly issuer: string;
  readonly issuedS: number;
  readonly expiresS: number | null;
  readonly revocationId: string | null;
  readonly types: readonly string[];
  /** The FHIR bundle, for rules. A medical fact about a person: it leaves the reader's memory nowhere. */
  readonly payload: { readonly [member: string]: JsonValue };
}

/** `crit` and `b64` would change what is signed (RFC 7515 section 4.1.11, RFC 7797). */
const headerSchema = z.looseObject({
  alg: z.string(),
  zip: z.literal('DEF'),
  kid: z.string().min(1).max(128),
  crit: z.undefined().optional(),
  b64: z.undefined().optional(),
});
const fileSchema = z.object({ verifiableCredential: z.array(z.string()).min(1) });
const timeSchema = z.number().min(0).max(MAX_TIME_S);
const bundleSchema = z.looseObject({ resourceType: z.literal('Bundle'), entry: z.array(z.looseObject({})).min(1) });
const claimsSchema = z.looseObject({
  iss: z.string(),
  nbf: timeSchema,
  exp: timeSchema.optional(),
  vc: z.looseObject({
    type: z
      .array(z.string())
      .max(32)
      .refine((types) => types.includes(CARD_TYPE)),
    rid: revocationIdSchema.optional(),
    credentialSubject: z.looseObject({ fhirVersion: z.string(), fhirBundle: bundleSchema }),
  }),
});

/** True for a text that may be a card: its code, its JWS, or a file of cards. */
export function looksLikeCard(text: string): boolean {
  return text.startsWith(SHC_PREFIX) || COMPACT_JWS.test(text) || /^\{\s*"verifiableCredential"/.test(text);
}

/** From the text of a code, a JWS or a file to one signed card; nothing is verified yet. Throws a CredentialError. */
export function readCard(text: string): SignedCard {
  const jws = jwsOf(text);
  const [headerPart = '', payloadPart = '', signaturePart = '', ...more] = jws.split('.');
  const [header, compressed, signature] = [headerPart, payloadPart, signaturePart].map(decodeBase64url);
  if (more.length > 0 || !COMPACT_JWS.test(jws) || !header || !compressed || !signature) {
    throw new CredentialError('jws_malformed', 'not one compact JWS');
  }
  const parsed = headerSchema.safeParse(readJson(header).value);
  if (!parsed.success) throw new CredentialError('header_malformed', 'not the header of a card');
  if (parsed.data.alg !== 'ES256') throw new CredentialError('algorithm_refused', 'not ES256');
  const signed = new TextEncoder().encode(`${headerPart}.${payloadPart}`);
  return { keyId: parsed.data.kid, isPrinted: text.startsWith(SHC_PREFIX), compressed, signed, signature };
}

/** The claims of a card, which say whose key has to have signed it: not to be believed before. Throws a CredentialError. */
export function readCardClaims(compressed: Uint8Array): CardClaims {
  const { value, text } = readJson(inflateRaw(compressed));
  if (hasSpaceBetween(text)) throw new CredentialError('payload_not_minified', 'white space between members');
  const parsed = claimsSchema.safeParse(value);
  if (!parsed.success) throw new CredentialError('claims_malformed', 'not the claims of a card');
  const { iss, nbf, exp, vc } = parsed.data;
  if (!isIssuerAddress(iss)) throw new CredentialError('issuer_malformed', 'no issuer address');
  return {
    content: 'card',
    issuer: iss,
    issuedS: nbf,
    expiresS: exp ?? null,
    revocationId: vc.rid ?? null,
    types: vc.type,
    payload: bundleIn(value),
  };
}

function jwsOf(text: string): string {
  if (text.startsWith(SHC_PREFIX)) return jwsOfDigits(text.slice(SHC_PREFIX.length));
  if (!text.startsWith('{')) return bounded(text, MAX_JWS_LENGTH);
  const parsed = fileSchema.safeParse(readJson(new TextEncoder().encode(bounded(text, MAX_FILE_LENGTH))).value);
  const [jws, ...others] = parsed.success ? parsed.data.verifiableCredential : [];
  if (jws === undefined) throw new CredentialError('not_recognised', 'no card in the file');
  if (others.length > 0) throw new CredentialError('part_of_several', 'several cards');
  return bounded(jws, MAX_JWS_LENGTH);
}

function jwsOfDigits(digits: string): string {
  if (CHUNK.test(digits)) throw new CredentialError('part_of_several', 'one chunk of a card');
  if (digits.length > MAX_QR_LENGTH * 2) throw new CredentialError('too_long', 'longer than a QR code of version 22');
  if (!DIGITS.test(digits) || digits.length % 2 === 1) throw new CredentialError('numeric_malformed', 'no digit pairs');
  let jws = '';
  for (let at = 0; at < digits.length; at += 2) {
    const character = Number(digits.slice(at, at + 2)) + FIRST_CHARACTER;
    if (character > LAST_CHARACTER) throw new CredentialError('numeric_malformed', 'a pair beyond the alphabet');
    jws += String.fromCharCode(character);
  }
  return jws;
}

function bounded(text: string, maxLength: number): string {
  if (text.length > maxLength) throw new CredentialError('too_long', 'longer than any card');
  return text;
}

function readJson(octets: Uint8Array): { readonly value: JsonValue; readonly text: string } {
  const text = utf8Of(octets);
  const reading = text === null ? null : readJsonText(text, MAX_JSON_DEPTH);
  if (text === null || reading === null || reading.fault !== undefined) {
    throw new CredentialError('json_malformed', 'not JSON that says one thing');
  }
  return { value: reading.value, text };
}

function utf8Of(octets: Uint8Array): string | null {
  try {
    // A byte order mark stays, and is no JSON.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return null;
  }
}

/** White space outside strings, in a text that is JSON: what stands inside is taken out first. */
function hasSpaceBetween(text: string): boolean {
  return /[ \t\r\n]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''));
}

function bundleIn(value: JsonValue): CardClaims['payload'] {
  const bundle = memberOf(memberOf(memberOf(value, 'vc'), 'credentialSubject'), 'fhirBundle');
  if (typeof bundle === 'object' && bundle !== null && !Array.isArray(bundle)) return bundle;
  throw new CredentialError('claims_malformed', 'no bundle');
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
