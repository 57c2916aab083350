import {
  CREDENTIAL_CODES,
  type CredentialCode,
  type CredentialOutcome,
} from '../../schemas/code-lists/credential-codes.ts';
import type { CredentialFamily } from '../../schemas/credential-family.ts';
import type { CredentialRulesDocument } from '../../schemas/credential-rules.ts';
import { checkCardContent } from './card-content.ts';
import { CredentialError } from './credential-error.ts';
import { type CredentialTrust, MAX_KEYS_OF_ONE_NAME, type SignerEntry } from './credential-trust.ts';
import { HCERT_PREFIX, type HcertClaims, readHcert, readHcertClaims } from './hcert.ts';
import { isRevoked } from './revocation.ts';
import { decideByRules } from './rules.ts';
import { type CardClaims, looksLikeCard, readCard, readCardClaims } from './shc.ts';
import type { CredentialAlgorithm } from './signer-key.ts';

export { trustFromCertificates } from './certificate-trust.ts';
export { trustFromJwks } from './jwks-trust.ts';

export type DecodedCredential = HcertClaims | CardClaims;

export interface CredentialCheck {
  readonly outcome: CredentialOutcome;
  readonly code: CredentialCode;
  /** Null where the text is of no family that is known here. */
  readonly family: CredentialFamily | null;
  /** As the trust list names who signed it; null before a signature is good. */
  readonly issuer: string | null;
  /** What it says, once its signature is good: for its holder and for rules. No venue ever sees it. */
  readonly decoded?: DecodedCredential;
}

export interface CredentialOptions {
  readonly trust: CredentialTrust;
  /** The destination's rules. Absent: whether the certificate is genuine and in date is all that is asked. */
  readonly rules?: CredentialRulesDocument;
  /** The verifier's own clock, epoch seconds. */
  readonly atS: number;
}

/** Clocks of issuers and venues differ by seconds, and a certificate is shown minutes after it was made. */
const CLOCK_TOLERANCE_S = 60;

const LINKS = /^(?:https:\/\/\S*#)?shlink:\//i;

/**
 * Decides a holder-carried certificate by its own bytes, the keys of trust lists and a clock; asks nobody. HCERT
 * (`HC1:`): EU DCC, WHO DDCC and ICVP, signed with ES256 or PS256. SMART Health Cards (`shc:/`, a compact JWS, or a file
 * with one): ES256. The same code runs in gateways, on the command line and in the page. Work is bounded by the size of
 * the text and by the keys of one name; every outcome has a closed code, and nothing is thrown for any text.
 */
export async function verifyCredential(text: string, options: CredentialOptions): Promise<CredentialCheck> {
  const family = typeof text === 'string' ? familyOf(text) : null;
  try {
    const read = readSigned(text, family, options.trust);
    const { signer, decoded } = read instanceof Promise ? await read : read;
    const code = decide(family, signer, decoded, options);
    return { outcome: CREDENTIAL_CODES[code].outcome, code, family, issuer: signer.issuer, decoded };
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return { outcome: CREDENTIAL_CODES[error.code].outcome, code: error.code, family, issuer: null };
  }
}

/** True for a text that belongs to one of the families, whatever is wrong with it; links to records among them. */
export function looksLikeCredential(text: string): boolean {
  return familyOf(text) !== null;
}

function familyOf(text: string): CredentialFamily | null {
  if (text.startsWith(HCERT_PREFIX)) return 'hcert';
  return looksLikeCard(text) || LINKS.test(text) ? 'shc' : null;
}

interface Read {
  readonly signer: SignerEntry;
  readonly decoded: DecodedCredential;
}

/** At once where signatures are verified at once; a promise in a browser alone. */
type Soon<T> = T | Promise<T>;

function readSigned(text: string, family: CredentialFamily | null, trust: CredentialTrust): Soon<Read> {
  if (family === null) throw new CredentialError('not_recognised', 'no known family');
  if (family === 'hcert') return readSignedHcert(text, trust);
  // A whole record stands behind a link: more than a door may ever ask for.
  if (LINKS.test(text)) throw new CredentialError('link_not_followed', 'a link to a record');
  return readSignedCard(text, trust);
}

function readSignedHcert(text: string, trust: CredentialTrust): Soon<Read> {
  const message = readHcert(text);
  const signers = trust.hcert.get(message.keyId) ?? [];
  if (signers.length === 0) throw new CredentialError('issuer_unknown', 'no key of that name');
  const read = (signer: SignerEntry) => ({ signer, decoded: readHcertClaims(message.payload) });
  const signer = signerAmong(signers, message);
  return signer instanceof Promise ? signer.then(read) : read(signer);
}

function readSignedCard(text: string, trust: CredentialTrust): Soon<Read> {
  const card = readCard(text);
  const claims = readCardClaims(card.compressed);
  const keys = trust.shc.get(claims.issuer);
  if (keys === undefined) throw new CredentialError('issuer_unknown', 'no such issuer');
  const signers = keys.get(card.keyId) ?? [];
  if (signers.length === 0) throw new CredentialError('key_unknown', 'no key of that name');
  const read = (signer: SignerEntry) => {
    checkCardContent(claims.payload, card.isPrinted);
    return { signer, decoded: claims };
  };
  const signer = signerAmong(signers, { ...card, algorithm: 'ES256' });
  return signer instanceof Promise ? signer.then(read) : read(signer);
}

interface Signed {
  readonly algorithm: CredentialAlgorithm;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** The one of these that signed it: key identifiers are eight octets, so several keys may share one. */
function signerAmong(signers: readonly SignerEntry[], message: Signed): Soon<SignerEntry> {
  if (signers.every(({ key }) => key === null)) throw new CredentialError('key_unfit', 'no usable key of that name');
  return firstOf(signers, message, 0);
}

/** From the one at `start` on. What is there at once is not waited for: a promise for each key costs as much as reading. */
function firstOf(signers: readonly SignerEntry[], message: Signed, start: number): Soon<SignerEntry> {
  const { algorithm, signed, signature } = message;
  const tried = Math.min(signers.length, MAX_KEYS_OF_ONE_NAME);
  for (let index = start; index < tried; index += 1) {
    const signer = signers[index];
    // The key decides the algorithm; a header that says another one is an attempt to choose it.
    if (signer?.key?.algorithm !== algorithm) continue;
    const holds = signer.key.verify(signed, signature);
    if (holds instanceof Promise) {
      return holds.then((isGood) => (isGood ? signer : firstOf(signers, message, index + 1)));
    }
    if (holds) return signer;
  }
  // Those that were not tried may have made it: that proves nothing.
  if (signers.length > MAX_KEYS_OF_ONE_NAME) throw new CredentialError('key_unknown', 'too many keys of that name');
  throw new CredentialError('signature_invalid', 'no key of that name made it');
}

/** What a certificate comes to that its signer really made: what is certain to be wrong first, then what nobody can tell. */
function decide(
  family: CredentialFamily | null,
  { issuer, kinds, revocations, nextUpdateS }: SignerEntry,
  decoded: DecodedCredential,
  { rules, atS }: CredentialOptions,
): CredentialCode {
  const { issuedS, expiresS } = decoded;
  if (decoded.content !== 'card' && kinds !== null && !kinds.has(decoded.kind)) return 'key_usage_wrong';
  if (issuedS !== null && issuedS > atS + CLOCK_TOLERANCE_S) return 'not_yet_valid';
  if (expiresS !== null && expiresS < atS) return 'expired';
  if (decoded.content === 'card' && revocations !== null) {
    const { revocationId } = decoded;
    if (revocationId !== null && isRevoked(revocations, revocationId, decoded.issuedS)) return 'revoked';
    // A card without an identifier is on no list that can be read.
    if (revocations.state === 'unreadable') return 'revocation_unknown';
    if (revocations.state === 'unknown' && revocationId !== null) return 'revocation_unknown';
  }
  if (nextUpdateS !== null && nextUpdateS < atS) return 'trust_list_stale';
  return rules === undefined || family === null ? 'ok' : decideByRules(rules, { family, issuer, decoded }, atS);
}
