import type { z } from 'zod';
import type { ListHead } from '../../schemas/credential-list-head.ts';
import { type CredentialRulesDocument, credentialRulesSchema } from '../../schemas/credential-rules.ts';
import { type CredentialTrustListDocument, credentialTrustListSchema } from '../../schemas/credential-trust-list.ts';
import type { PublicJwk } from './public-key.ts';
import { isJsonObject, type JsonObject } from './strict-json.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of a trust list of holder-carried certificates, and of a destination's rules about them. */
export const TRUST_LIST_TYP = 'credential-trust-list+jwt';
export const CREDENTIAL_RULES_TYP = 'credential-rules+jwt';
/** A list of 20,000 signers. */
export const MAX_CREDENTIAL_DOCUMENT_LENGTH = 33_554_432;
/** Rules are expressions: as deep as one may be, below a list of them. */
const MAX_DEPTH = 40;

/** Keys that may sign these documents: pinned by whoever relies on them, never taken from where the documents are. */
export interface DocumentSigners {
  readonly keys: readonly PublicJwk[];
}

/** A signed trust list. Throws a TrustError. */
export function verifyTrustList(
  token: string,
  signers: DocumentSigners,
  atS: number,
): Promise<CredentialTrustListDocument> {
  return open(token, TRUST_LIST_TYP, credentialTrustListSchema, signers, atS);
}

/** A destination's signed rules. Throws a TrustError. */
export function verifyCredentialRules(
  token: string,
  signers: DocumentSigners,
  atS: number,
): Promise<CredentialRulesDocument> {
  return open(token, CREDENTIAL_RULES_TYP, credentialRulesSchema, signers, atS);
}

/** A document as the payload of a token. */
export function documentPayload(document: ListHead): JsonObject {
  const payload: unknown = JSON.parse(JSON.stringify(document));
  if (!isJsonObject(payload)) throw new TrustError('token_malformed', 'a document is an object');
  return payload;
}

async function open<T>(token: string, typ: string, schema: z.ZodType<T>, { keys }: DocumentSigners, atS: number) {
  const options = { maxBytes: MAX_CREDENTIAL_DOCUMENT_LENGTH, maxDepth: MAX_DEPTH, typ };
  const { payload } = await verifyCompact(token, keysOf({ keys }, atS), options);
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the document is none of its kind');
  return parsed.data;
}
