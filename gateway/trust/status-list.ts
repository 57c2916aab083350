import { createHeaderAndPayload, StatusList } from '@sd-jwt/jwt-status-list';
import { z } from 'zod';
import { readBytesUpTo } from '../../schemas/bounded-bytes.ts';
import { entityIdSchema } from './entity-claims.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import type { JwkSet } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { decodeBase64url } from './strict-json.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { TrustError, type TrustErrorCode } from './trust-error.ts';

/** JWS `typ` of a Token Status List. */
export const STATUS_LIST_TYP = 'statuslist+jwt';
export const MAX_STATUS_LIST_LENGTH = 65_536;
/** Entries of one list: many enough that an index says nothing, few enough to fetch on a phone. */
export const STATUS_LIST_SIZE = 32_768;
/**
 * How long a list stands for whoever could ask for another one. Short, since a withdrawal is not known before: a pass lives
 * for a day, and a list that lived as long would let it be shown all day after it was withdrawn.
 */
export const STATUS_LIST_LIFETIME_S = 3_600;
/**
 * How long a list stands inside a trust bundle, for whoever has no network: as long as the bundle itself. A door that is cut
 * off knows of no withdrawal since, which it says; sending everybody away after an hour would be an answer about its network.
 */
export const CARRIED_LIST_LIFETIME_S = 86_400;
/** How long a list may be kept before it is fetched again. */
export const STATUS_LIST_TTL_S = 60;
/** A few kilobytes of zeros inflate a thousandfold: nothing beyond the largest honest list is unpacked. */
const MAX_UNPACKED_BYTES = 131_072;

const KEPT_CODES: ReadonlySet<TrustErrorCode> = new Set(['status_list_invalid', 'status_list_stale']);

const claimsSchema = z.object({
  iss: entityIdSchema,
  sub: z.string().max(512),
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
  ttl: z.int().positive().exactOptional(),
  status_list: z.object({ bits: z.literal(1), lst: z.string().min(1) }),
});

interface StatusListContent {
  readonly issuer: string;
  readonly uri: string;
  readonly withdrawn: readonly number[];
  readonly nowS: number;
  /** An hour unless told. */
  readonly lifetimeS?: number;
}

/** Signs a list (1 bit an entry, 1: withdrawn) for the URI at which it is published. */
export async function signStatusList(list: StatusListContent, signer: Signer): Promise<string> {
  const { issuer, uri, withdrawn, nowS, lifetimeS = STATUS_LIST_LIFETIME_S } = list;
  const entries = new Array<number>(STATUS_LIST_SIZE).fill(0);
  for (const index of withdrawn) entries[index] = 1;
  const claims = { iss: issuer, sub: uri, iat: nowS, exp: nowS + lifetimeS, ttl: STATUS_LIST_TTL_S };
  const { payload } = createHeaderAndPayload(new StatusList(entries, 1), claims, {
    alg: signer.alg,
    typ: STATUS_LIST_TYP,
  });
  return await signCompact({ typ: STATUS_LIST_TYP }, { ...payload }, signer);
}

export interface VerifiedStatusList {
  readonly kid: string;
  /** When it was signed: what it says was so then. */
  readonly iatS: number;
  /** 0: valid, 1: withdrawn. Throws `status_list_invalid` for an index that the list does not have. */
  readonly statusAt: (index: number) => number;
}

/**
 * Verifies a status list with keys that its issuer's chain vouches for, never with a key or certificate that it carries
 * itself. Whatever is wrong with it is `status_list_invalid`, and its age `status_list_stale`: then nobody can tell.
 */
export async function verifyStatusList(
  token: string,
  expected: { readonly issuer: string; readonly uri: string; readonly jwks: JwkSet; readonly atS: number },
): Promise<VerifiedStatusList> {
  try {
    const options = { maxBytes: MAX_STATUS_LIST_LENGTH, typ: STATUS_LIST_TYP };
    const { header, payload } = await verifyCompact(token, keysOf(expected.jwks, expected.atS), options);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw invalid('has not the documented claims');
    const { iss, sub, iat, exp, status_list } = claims.data;
    if (iss !== expected.issuer || sub !== expected.uri) throw invalid('is another one');
    if (iat > expected.atS + CLOCK_SKEW_S) throw invalid('is not of this time');
    if (exp <= expected.atS) throw new TrustError('status_list_stale', 'the status list is too old to tell');
    const entries = await unpack(decodeBase64url(status_list.lst));
    return { kid: header.kid, iatS: iat, statusAt: (index) => statusAt(entries, index) };
  } catch (error) {
    if (error instanceof TrustError && KEPT_CODES.has(error.code)) throw error;
    throw new TrustError('status_list_invalid', 'the status list does not verify', { cause: error });
  }
}

/** One bit an entry, the lowest bit of an octet first (Token Status List section 4.1). */
function statusAt(entries: Uint8Array, index: number): number {
  const octet = entries[index >> 3];
  if (octet === undefined) throw invalid('has no such entry');
  return (octet >> (index & 7)) & 1;
}

async function unpack(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const entries = await readBytesUpTo(unpacked, MAX_UNPACKED_BYTES);
  if (entries === null) throw invalid('is too large');
  return entries;
}

function invalid(what: string): TrustError {
  return new TrustError('status_list_invalid', `the status list ${what}`);
}
