import { z } from 'zod';
import { isPossibleAsOf } from '../../schemas/as-of.ts';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { entityIdSchema, instantSchema, numericDateSchema } from '../../schemas/status.ts';
import {
  type ChainChecks,
  type ChainLink,
  ChainLinks,
  keysWithHistory,
  metadataOf,
  resolveEntity,
} from './chain-links.ts';
import type { JwkSet } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { STATUS_LIST_TYP, verifyStatusList } from './status-list.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema } from './trust-bundle.ts';
import { atLink, TrustError, type TrustErrorCode } from './trust-error.ts';

/** JWS `typ` of a holder-held pass. */
export const PASS_TYP = 'recognition-pass+jwt';
/** What one QR code of level M and version 25 takes (ISO/IEC 18004), beyond which a cheap camera fails on creased paper. */
export const MAX_PASS_LENGTH = 997;
/** A pass never outlives the day that it was made for. */
export const MAX_PASS_LIFETIME_S = 86_400;

/**
 * Claims of a pass: a green was recognised, for where, as of when, under which mandate. It names no person, no code and
 * no handle; `status` is where its revocation is published (Token Status List), by a random index.
 */
export const passClaimsSchema = z
  .strictObject({
    iss: entityIdSchema,
    iat: numericDateSchema,
    exp: numericDateSchema,
    issuer_province: provinceCodeSchema,
    destination: provinceCodeSchema,
    status_as_of: instantSchema,
    mandate: z.string().min(1).max(128),
    status: z.strictObject({
      status_list: z.strictObject({
        idx: z.int().min(0).max(1_048_576),
        uri: z.url({ protocol: /^https?$/ }).max(512),
      }),
    }),
  })
  .refine(({ iat, exp }) => exp > iat && exp - iat <= MAX_PASS_LIFETIME_S, {
    error: 'exp must follow iat by a day at most',
  });
export type PassClaims = z.infer<typeof passClaimsSchema>;

/** Whether a text is a pass: its `typ` decides, and nothing in it is believed for that. */
export function isPass(text: string): boolean {
  try {
    parseCompact(text, { maxBytes: MAX_PASS_LENGTH, typ: PASS_TYP });
    return true;
  } catch {
    return false;
  }
}

export interface PassChecks extends ChainChecks {
  /** The status list token of a URI: from a bundle or the network; null where none can be had. */
  readonly statusListOf: (uri: string) => string | null | Promise<string | null>;
}

/** `list_as_of_s`: when the list was signed by which the pass was not withdrawn; nobody can tell of later. */
export type VerifiedPass =
  | {
      readonly verified: true;
      readonly claims: PassClaims;
      readonly list_as_of_s: number;
      readonly chain: readonly ChainLink[];
    }
  | {
      readonly verified: false;
      readonly code: TrustErrorCode;
      readonly link: string;
      /** As in VerifiedAttestation. */
      readonly clock_off_s?: number;
      readonly chain: readonly ChainLink[];
    };

const TOKENS = new Map([
  ['pass', PASS_TYP],
  ['status_list', STATUS_LIST_TYP],
]);

/**
 * Which entry of which list a pass of one's own is, after its signature was checked; an expired one is told as well.
 * Throws TrustError.
 */
export async function verifyOwnPass(
  token: string,
  own: { readonly issuer: string; readonly jwks: JwkSet; readonly atS: number },
): Promise<PassClaims> {
  const options = { maxBytes: MAX_PASS_LENGTH, typ: PASS_TYP };
  const { payload } = await verifyCompact(token, keysOf(own.jwks, own.atS), options);
  const parsed = passClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the pass has not the documented claims');
  if (parsed.data.iss !== own.issuer) throw new TrustError('issuer_mismatch', 'the pass is another gateway’s');
  return parsed.data;
}

/**
 * Signs a pass. The caller built the claims from parsed parts. Throws TrustError `token_too_large` where the gateway's own
 * identifier is so long that no code that is printed could hold it.
 */
export async function signPass(claims: PassClaims, signer: Signer): Promise<string> {
  const pass = await signCompact({ typ: PASS_TYP }, passClaimsSchema.parse(claims), signer);
  if (pass.length > MAX_PASS_LENGTH) throw new TrustError('token_too_large', 'the pass has no room in a QR code');
  return pass;
}

/**
 * Verifies a pass up to the national anchor, offline, and that it was not withdrawn: without a status list of this time
 * nobody can tell, and then it does not verify. The list has to be signed by the pass's own issuer, with a key that the
 * issuer's chain vouches for. Never throws for what it was handed.
 */
export async function verifyPass(token: string, checks: PassChecks): Promise<VerifiedPass> {
  const links = new ChainLinks(TOKENS, checks.anchor.entity_id);
  try {
    const { claims, keys } = await atLink('pass', () => checkPass(token, checks, links));
    const listAsOfS = await atLink('status_list', () => checkNotWithdrawn(claims, keys, checks, links));
    return { verified: true, claims, list_as_of_s: listAsOfS, chain: links.inOrder() };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const { code, link = 'pass', clockOffS } = error;
    const off = clockOffS === undefined ? {} : { clock_off_s: clockOffS };
    return { verified: false, code, link, ...off, chain: links.inOrder(error) };
  }
}

async function checkPass(
  token: string,
  checks: PassChecks,
  links: ChainLinks,
): Promise<{ readonly claims: PassClaims; readonly keys: JwkSet }> {
  const options = { maxBytes: MAX_PASS_LENGTH, typ: PASS_TYP };
  const issuer = parseCompact(token, options).payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the pass names no issuer');
  const gateway = await resolveEntity(issuer, checks, links);
  const { jwks, province } = metadataOf(gateway, RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema);
  const keys = await keysWithHistory(gateway, jwks, checks);
  const { header, payload } = await verifyCompact(token, keysOf(keys, checks.atS), options);
  const parsed = passClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the pass has not the documented claims');
  if (!isPossibleAsOf(Date.parse(parsed.data.status_as_of) / 1000, parsed.data.iat)) {
    throw new TrustError('claims_invalid', 'the pass is about a time that nobody can mean');
  }
  if (parsed.data.destination !== province) {
    throw new TrustError('destination_mismatch', 'the pass is for a destination that is not its gateway’s');
  }
  requireTimely('pass', parsed.data, checks.atS);
  links.token('pass', issuer, header.kid);
  return { claims: parsed.data, keys };
}

async function checkNotWithdrawn(
  claims: PassClaims,
  keys: JwkSet,
  checks: PassChecks,
  links: ChainLinks,
): Promise<number> {
  const { idx, uri } = claims.status.status_list;
  // A list elsewhere would be somebody else's word, and following it would fetch what a stranger chose.
  if (!uri.startsWith(`${claims.iss}/`))
    throw new TrustError('status_list_invalid', 'the list is not its issuer’s own');
  const token = await checks.statusListOf(uri);
  if (token === null) throw new TrustError('status_list_missing', 'no list tells whether the pass was withdrawn');
  const list = await verifyStatusList(token, { issuer: claims.iss, uri, jwks: keys, atS: checks.atS });
  if (list.statusAt(idx) !== 0) throw new TrustError('status_revoked', 'the pass was withdrawn');
  links.token('status_list', claims.iss, list.kid);
  return list.iatS;
}
