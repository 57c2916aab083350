import { base64url } from 'jose';
import {
  keysOf,
  type LocalisedText,
  type ProvinceCode,
  PURPOSES,
  type Purpose,
  provinceOfDivision,
} from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { staffSessionSchema } from '../../../schemas/staff-session.ts';
import type { ScanProblemCode } from '../../../schemas/texts/scan-problems.ts';
import { MAX_VENUE_TOKEN_LENGTH, venueTokenClaimsSchema } from '../../../schemas/venue-token.ts';
import { askOwnGateway, type OwnReply, postJson } from '../shell/own-gateway.ts';

const WITHIN_MS = 8_000;

/** As whom this page asks. However somebody came to it, `post` puts a question with what a request is let in by. */
export interface VenueAccess {
  /** How somebody came to it: signed in with this gateway, with a token that was brought, or lent by a sandbox. */
  readonly way: 'session' | 'token' | 'sandbox';
  readonly name: LocalisedText;
  readonly destination: ProvinceCode | null;
  readonly purposes: readonly Purpose[];
  /** Whom attestations have to be made for. */
  readonly clientId: string;
  /** The reply; null where the gateway cannot be reached. A code travels in the body alone. */
  readonly post: (path: string, body: object, withinMs: number) => Promise<OwnReply | null>;
}

/** Why this page asks as nobody. */
export type NoAccess = Extract<ScanProblemCode, 'access_missing' | 'gateway_unreachable'>;

/** Whether staff can sign in here, and as which venue somebody in this browser is. */
export interface StaffView {
  readonly isOffered: boolean;
  readonly access: VenueAccess | null;
}

/**
 * As the venue whose staff have signed in: the browser sends the session along, and no script sees it. Null: the gateway
 * cannot be reached.
 */
export async function staffAccess(): Promise<StaffView | null> {
  const reply = await askOwnGateway('/scan/session', {}, WITHIN_MS);
  if (reply === null) return null;
  const session = staffSessionSchema.safeParse(reply.status === 200 ? jsonOrUndefined(reply.text) : null).data;
  const { client_id, destination } = session?.venue ?? {};
  if (client_id === undefined || destination === undefined) return { isOffered: session?.login === true, access: null };
  const name = { zh: client_id, en: client_id };
  const known = { name, destination, purposes: keysOf(PURPOSES), clientId: client_id };
  return { isOffered: true, access: { way: 'session', ...known, post: postJson } };
}

/** Ends the session on this device. */
export async function signOut(): Promise<void> {
  await askOwnGateway('/scan/logout', { method: 'POST' }, WITHIN_MS);
}

/** Why a token that somebody brought is not used. */
export type TokenFault = 'token_unreadable' | 'token_bound';

/**
 * With an access token that somebody brought. Who it is for is read from it and not believed: the gateway decides whether
 * it is good, and an attestation for another venue does not verify. One that is bound to a key (RFC 9449) is nobody's here:
 * the key stays where it was made.
 */
export function tokenAccess(token: string): VenueAccess | TokenFault {
  const claims = claimsIn(token.trim());
  if (claims === null) return 'token_unreadable';
  if (claims.cnf !== undefined) return 'token_bound';
  const { client_id, region } = claims;
  return {
    way: 'token',
    name: { zh: client_id, en: client_id },
    destination: provinceOfDivision(region),
    purposes: keysOf(PURPOSES),
    clientId: client_id,
    post: (path, body, withinMs) => postJson(path, body, withinMs, { authorization: `Bearer ${token.trim()}` }),
  };
}

function claimsIn(token: string) {
  const [, payload = '', signature] = token.split('.');
  if (signature === undefined || token.length > MAX_VENUE_TOKEN_LENGTH) return null;
  try {
    const text = new TextDecoder().decode(base64url.decode(payload));
    return venueTokenClaimsSchema.safeParse(jsonOrUndefined(text)).data ?? null;
  } catch {
    return null;
  }
}
