import type { CredentialContent } from '../../schemas/credential-rules.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { decodeBase45 } from './base45.ts';
import { type CborValue, decodeCbor, isTag } from './cbor.ts';
import { readSignedMessage, type SignedMessage } from './cose.ts';
import { CredentialError } from './credential-error.ts';
import type { CertifiedKind } from './credential-trust.ts';
import { dccContent } from './dcc-content.ts';
import { inflateZlib } from './inflate.ts';

export const HCERT_PREFIX = 'HC1:';
/** What a QR code holds in its alphanumeric mode, at its largest size (ISO/IEC 18004). */
const MAX_TEXT_LENGTH = 4_296;
const TEXT_DATE_TAG = 0;
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
  readonly payload: { readonly [member: string]: JsonValue };
}

/** From the text of a code to its signed message; nothing is verified yet. Throws a CredentialError. */
export function readHcert(text: string): SignedMessage {
  if (!text.startsWith(HCERT_PREFIX)) throw new CredentialError('not_recognised', 'no HC1 prefix');
  if (text.length > MAX_TEXT_LENGTH) throw new CredentialError('too_long', 'longer than a QR code');
  return readSignedMessage(inflateZlib(decodeBase45(text.slice(HCERT_PREFIX.length))));
}

/** The claims of a message whose signature is good. Throws a CredentialError. */
export function readHcertClaims(octets: Uint8Array): HcertClaims {
  const claims = decodeCbor(octets);
  if (!(claims instanceof Map)) throw malformed('no claims');
  const hcert = claims.get(HCERT);
  // Drafts of the WHO's put their content in the place of the claims: it is signed, and not of a kind that is in force.
  if (hcert === undefined) throw new CredentialError('content_unsupported', 'no claim -260');
  if (!(hcert instanceof Map)) throw malformed('a claim -260 that is no map');
  if (hcert.has(LINK)) throw new CredentialError('link_not_followed', 'a link to a record');
  const [[member, body] = [], ...others] = [...hcert];
  const known = CONTENTS.get(member);
  if (known === undefined || others.length > 0) throw new CredentialError('content_unsupported', 'no known content');
  const payload = jsonOf(body);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) throw malformed('no map of content');
  const issuedS = timeOf(claims.get(ISSUED));
  const kind = known.content === 'dcc' ? dccContent(payload, issuedS) : known.kind;
  if (kind === null || Object.keys(payload).length === 0) throw new CredentialError('content_malformed', 'empty');
  return {
    content: known.content,
    kind,
    issuer: textOf(claims.get(ISSUER)),
    issuedS,
    expiresS: timeOf(claims.get(EXPIRES)),
    payload,
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

/**
 * CBOR with text for keys, as JSON. A date tagged as text is that text; space around a text is none of it, and a member
 * that is undefined is not there: both circulate, and readers have to bear with them. Throws `content_malformed`.
 */
function jsonOf(value: CborValue): JsonValue {
  if (typeof value === 'string') return value.trim();
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) {
    const members: { [name: string]: JsonValue } = {};
    value.forEach((inner, name) => {
      if (inner !== undefined) members[nameOf(name)] = jsonOf(inner);
    });
    return members;
  }
  if (value !== undefined && isTag(value) && value.tag === TEXT_DATE_TAG) return jsonOf(value.value);
  throw new CredentialError('content_malformed', 'a value that is no JSON');
}

function nameOf(name: CborValue): string {
  if (typeof name === 'string' && name !== '__proto__') return name;
  throw new CredentialError('content_malformed', 'a name that is no text');
}

function malformed(detail: string): CredentialError {
  return new CredentialError('claims_malformed', detail);
}
