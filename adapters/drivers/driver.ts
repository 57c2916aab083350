import type { CredentialCode } from '../../schemas/code-lists/credential-codes.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CredentialDocuments } from '../../schemas/credential-documents.ts';
import type { DriverConfig } from '../../schemas/driver-config.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import type { RefreshFault } from './session.ts';

/** One request to a province; `path` is relative to the manifest's `upstream.base_url`. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole reply, already bounded in size and time. Header names are lower case; which text the bytes are, reply-text.ts tells. */
export interface UpstreamReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends one request inside the caller's budget. Throws UpstreamError; follows no redirect. */
export type UpstreamFetch = (request: UpstreamRequest) => Promise<UpstreamReply>;

/** What a driver is given from outside: the wire, the clock, fresh nonces and this province's secrets. */
export interface DriverContext {
  readonly fetch: UpstreamFetch;
  readonly nowMs: () => number;
  readonly nonce: () => string;
  /** Throws UpstreamError `credentials` when the operator has not provided it. */
  readonly secret: (name: string) => string;
  /** Where a driver keeps the one document that it has to have after a restart without a network. Absent: nowhere. */
  readonly kept?: KeptDocument;
  /** Hears whether a token, a secret or lists that are held could be replaced in time, or why not. */
  readonly onRefresh?: (fault: RefreshFault | null) => void;
  /** Hears what certificates come to: nothing of the certificates themselves. */
  readonly onCertificate?: (decided: DecidedCertificate) => void;
}

/** Whose certificate came to what, and where it was shown. */
export interface DecidedCertificate {
  /** As the trust list has it; null where nobody's signature is good. */
  readonly issuer: string | null;
  readonly result: CredentialCode;
  readonly destination: ProvinceCode;
}

/** A document that outlives the process. It is checked again whenever it is read: whoever can write there signs nothing. */
export interface KeptDocument {
  /** Null where there is none. Never throws. */
  readonly read: () => string | null;
  /** Never throws: what cannot be kept is in use all the same. */
  readonly write: (text: string) => void;
}

/**
 * What the province said. `absent` is an answer (no such code, or it expired); everything that is not an answer is an
 * UpstreamError. `statement` is the province's signed status statement where the manifest says that there is one.
 */
export type LocalAnswer =
  | { readonly kind: 'found'; readonly record: JsonValue; readonly statement: string | null }
  | { readonly kind: 'absent'; readonly why: 'expired' | 'unknown' };

/** Asks about one token (the part of the code that the recogniser took). Opened once per adapter; may keep a session. */
export interface Ask {
  /** `destination`: where the answer is for, by whose rules it may differ; absent: of no destination's own. */
  (token: string, destination?: ProvinceCode): Promise<LocalAnswer>;
  /** What it decides with, signed, for whoever decides the same without asking. Throws UpstreamError. Absent: it asks. */
  readonly documents?: () => Promise<CredentialDocuments>;
}

/** One protocol, whose comment names the secrets that the operator must provide. `open` does no I/O. */
export interface Driver<Config extends DriverConfig> {
  readonly name: Config['name'];
  readonly open: (config: Config, statementAt: string | null, context: DriverContext) => Ask;
}
