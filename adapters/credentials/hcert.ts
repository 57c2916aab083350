import type { CredentialContent } from '../../schemas/credential-rules.ts';
import { decodeBase45 } from './base45.ts';
import { type CborValue, decodeCbor, isMap, isMembers, type JsonMembers, NOT_JSON } from './cbor.ts';
import { readSignedMessage, type SignedMessage } from './cose.ts';
import { CredentialError } from './credential-error.ts';
import type { CertifiedKind } from './credential-trust.ts';
import { dccContent } from './dcc-content.ts';
import { inflateZlib } from './inflate.ts';

export const HCERT_PREFIX = 'HC1:';
/** What a QR code holds in its alphanumeric mode, at its largest size (ISO/IEC 18004). */
const MAX_TEXT_LENGTH = 4_296;
/** Claims, and contents by their kinds, are maps by number; what those are is JSON. */
const CONTENT_LEVEL = 2;
const [ISSUER, EXPIRES, ISSUED, HCERT] = [1, 4, 6, -260];
/** Year 2200. What is later was written in another unit. */
const MAX_TIME_S = 7_258_118_400;

export type HcertContent = Exclude<CredentialContent, 'card'>;
/** Members of claim -260: EU DCC; WHO DDCC vaccination status and test result; WHO ICVP, as it is proposed. */
const CONTENTS: ReadonlyMap<CborValue, { readonly content: HcertContent; readonly kind: CertifiedKind | null }> =
  new Map([
    [1, { content: 'dcc', kind: null }],
    [3, { content: 'ddcc-vs', kind: 'vaccination' }],
    [4, { content: 'ddcc-tr', kind: 'test' }],
    [-6, { content: 'icvp', kind: 'vaccination' }],
  ]);
/** A SMART Health Link in an HCERT: a verifiable health link. */
const LINK = 5;

/** What a CWT of claim -260 says (RFC 8392; hcert-spec volume 1). Times in epoch seconds. */
export interface HcertClaims {
  readonly content: HcertContent;
  readonly kind: CertifiedKind;
  readonly issuer: string | null;
  readonly issuedS: number | null;
  readonly expiresS: number | null;
  /** The certified content, for rules. A medical fact about a person: it leaves the reader's memory nowhere. */
  readonly payload: JsonMembers;
}

/** From the text of a code to its signed message; nothing is verified yet. Throws a CredentialError. */
export function readHcert(text: string): SignedMessage {
  if (!text.startsWith(HCERT_PREFIX)) throw new CredentialError('not_recognised', 'no HC1 prefix');
  if (text.length > MAX_TEXT_LENGTH) throw new CredentialError('too_long', 'longer than a QR code');
  return readSignedMessage(inflateZlib(decodeBase45(text, HCERT_PREFIX.length)));
}

/** The claims of a message whose signature is good. Throws a CredentialError. */
export function readHcertClaims(octets: Uint8Array): HcertClaims {
  const claims = decodeCbor(octets, CONTENT_LEVEL);
  if (!isMap(claims)) throw malformed('no claims');
  const hcert = claims.get(HCERT);
  // Drafts of the WHO's put their content in the place of the claims: it is signed, and not of a kind that is in force.
  if (hcert === undefined) throw new CredentialError('content_unsupported', 'no claim -260');
  if (!isMap(hcert)) throw malformed('a claim -260 that is no map');
  if (hcert.has(LINK)) throw new CredentialError('link_not_followed', 'a link to a record');
  const member = hcert.keys().next().value;
  const known = CONTENTS.get(member);
  if (known === undefined || hcert.size > 1) throw new CredentialError('content_unsupported', 'no known content');
  const body = hcert.get(member);
  if (body === NOT_JSON || body === undefined) throw new CredentialError('content_malformed', 'no JSON');
  if (!isMembers(body)) throw malformed('no map of content');
  const issuedS = timeOf(claims.get(ISSUED));
  const kind = known.content === 'dcc' ? dccContent(body, issuedS) : known.kind;
  if (kind === null || Object.keys(body).length === 0) throw new CredentialError('content_malformed', 'empty');
  return {
    content: known.content,
    kind,
    issuer: textOf(claims.get(ISSUER)),
    issuedS,
    expiresS: timeOf(claims.get(EXPIRES)),
    payload: body,
  };
}

function textOf(value: CborValue): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length <= 80) return value;
  throw malformed('an issuer that is no text');
}

function timeOf(value: CborValue): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value <= MAX_TIME_S) return value;
  throw malformed('a time that is no NumericDate');
}

function malformed(detail: string): CredentialError {
  return new CredentialError('claims_malformed', detail);
}
