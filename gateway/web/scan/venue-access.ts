import { base64url } from 'jose';
import { z } from 'zod';
import {
  keysOf,
  type LocalisedText,
  type ProvinceCode,
  PURPOSES,
  type Purpose,
  provinceOfDivision,
} from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { type SandboxVenue, venueSchema, venueTokenReplySchema } from '../../../schemas/sandbox.ts';
import { staffSessionSchema } from '../../../schemas/staff-session.ts';
import type { ScanProblemCode } from '../../../schemas/texts/scan.ts';
import { MAX_VENUE_TOKEN_LENGTH, venueTokenClaimsSchema } from '../../../schemas/venue-token.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';

const WITHIN_MS = 8_000;
/** A token is exchanged a little before it ends: a scan on its way must not meet its last second. */
const EARLY_MS = 30_000;

/** As whom this page asks. However somebody came to it, `headers` is what a request is let in with. */
export interface VenueAccess {
  readonly name: LocalisedText;
  readonly destination: ProvinceCode | null;
  readonly purposes: readonly Purpose[];
  /** Whom attestations have to be made for. */
  readonly clientId: string;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export type VenuesView = Pick<SandboxVenue, 'venue' | 'name'>[];

/** The sandbox's invented venues; null outside the sandbox, or while the gateway cannot be reached. */
export async function sandboxVenues(): Promise<VenuesView | null> {
  const reply = await askOwnGateway('/sandbox/venues', {}, WITHIN_MS);
  const parsed = z.array(venueSchema).safeParse(reply?.status === 200 ? jsonOrUndefined(reply.text) : null);
  return parsed.success ? parsed.data : null;
}

type LentToken = z.infer<typeof venueTokenReplySchema> & { readonly endsMs: number };

/** Why this page asks as nobody. */
export type NoAccess = Extract<ScanProblemCode, 'access_missing' | 'gateway_unreachable'>;

/** As one of the sandbox's venues, without a sign-in. There may be none of that name, or no sandbox. */
export async function sandboxAccess(venue: string): Promise<VenueAccess | NoAccess> {
  const first = await lentToken(venue);
  if (typeof first === 'string') return first;
  let token = first;
  return {
    name: first.name,
    destination: first.destination,
    purposes: first.purposes,
    clientId: first.client_id,
    headers: async () => {
      const next = performance.now() > token.endsMs ? await lentToken(venue) : token;
      // With the one before, the gateway says itself that it has ended.
      if (typeof next !== 'string') token = next;
      return { authorization: `Bearer ${token.access_token}` };
    },
  };
}

async function lentToken(venue: string): Promise<LentToken | NoAccess> {
  const reply = await askOwnGateway(
    '/sandbox/venue-tokens',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ venue }) },
    WITHIN_MS,
  );
  if (reply === null) return 'gateway_unreachable';
  const parsed = venueTokenReplySchema.safeParse(reply.status === 200 ? jsonOrUndefined(reply.text) : null);
  if (!parsed.success) return 'access_missing';
  return { ...parsed.data, endsMs: performance.now() + parsed.data.expires_in * 1000 - EARLY_MS };
}

/** Whether staff can sign in here, and as which venue somebody in this browser is. */
export interface StaffView {
  readonly isOffered: boolean;
  readonly access: VenueAccess | null;
}

/** As the venue whose staff have signed in: the browser sends the session along, and no script sees it. */
export async function staffAccess(): Promise<StaffView> {
  const reply = await askOwnGateway('/scan/session', {}, WITHIN_MS);
  const session = staffSessionSchema.safeParse(reply?.status === 200 ? jsonOrUndefined(reply.text) : null).data;
  const { client_id, destination } = session?.venue ?? {};
  if (client_id === undefined || destination === undefined) return { isOffered: session?.login === true, access: null };
  const name = { zh: client_id, en: client_id };
  const access = { name, destination, purposes: keysOf(PURPOSES), clientId: client_id, headers: async () => ({}) };
  return { isOffered: true, access };
}

/** Ends the session on this device. */
export async function signOut(): Promise<void> {
  await askOwnGateway('/scan/logout', { method: 'POST' }, WITHIN_MS);
}

/**
 * With an access token that somebody brought. Who it is for is read from it and not believed: the gateway decides whether
 * it is good, and an attestation for another venue does not verify. Null where it is no venue's token.
 */
export function tokenAccess(token: string): VenueAccess | null {
  const claims = claimsIn(token.trim());
  if (claims === null) return null;
  const { client_id, region } = claims;
  return {
    name: { zh: client_id, en: client_id },
    destination: provinceOfDivision(region),
    purposes: keysOf(PURPOSES),
    clientId: client_id,
    headers: async () => ({ authorization: `Bearer ${token.trim()}` }),
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
