import { encode, Tagged } from 'cborg';
import { zlibSync } from 'fflate';
import { encodeBase45 } from './base45-text.ts';
import type { CredentialSigner } from './credential-signer.ts';

export type CborMap = ReadonlyMap<number | string, unknown>;

export interface HcertDraft {
  readonly claims: CborMap;
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader?: CborMap;
  /** Tags around the message, the outermost first; 18 unless told. */
  readonly tags?: readonly number[];
}

/** The text of a certificate's code. */
export function issueHcert(draft: HcertDraft, signer: CredentialSigner): string {
  return hcertText(zlibSync(signedMessage(draft, encodeCbor(draft.claims), signer), { level: 9 }));
}

/** A COSE_Sign1 message over a payload that is given as octets. */
export function signedMessage(
  draft: Omit<HcertDraft, 'claims'>,
  payload: Uint8Array,
  signer: CredentialSigner,
): Uint8Array {
  const header = draft.protectedHeader.size === 0 ? new Uint8Array() : encodeCbor(draft.protectedHeader);
  const signature = signer.sign(encodeCbor(['Signature1', header, new Uint8Array(), payload]));
  const parts: unknown = [header, draft.unprotectedHeader ?? new Map(), payload, signature];
  return encodeCbor([...(draft.tags ?? [18])].reverse().reduce((inner, tag) => new Tagged(tag, inner), parts));
}

/** Compressed octets as a code. */
export function hcertText(compressed: Uint8Array): string {
  return `HC1:${encodeBase45(compressed)}`;
}

export function encodeCbor(value: unknown): Uint8Array {
  return Uint8Array.from(encode(value));
}
