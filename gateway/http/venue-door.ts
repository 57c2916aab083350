import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PublishedLimit } from '../access/rate-limit.ts';
import type { StaffLogin } from '../access/staff-login.ts';
import type { UnknownCodes } from '../access/unknown-codes.ts';
import { clientOf, type Venue, type VenueTokens } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { admit, type Capacity } from './admission.ts';
import { cookieOf } from './cookies.ts';
import { textOf } from './question-headers.ts';
import { notesOf } from './reply.ts';
import { STAFF_COOKIE } from './staff.ts';

/** What venues are held to, one by one. */
export interface VenueLimits extends Capacity {
  readonly clientLimit: PublishedLimit;
  readonly unknownCodes: UnknownCodes;
}

interface Parts {
  readonly tokens: VenueTokens;
  /** For the scanner's page, whose staff have signed in; null where nobody can. */
  readonly staff: StaffLogin | null;
  readonly shared: VenueLimits;
}

interface Question<B> {
  readonly read: (request: IncomingMessage) => Promise<B>;
  readonly maxBytes: number;
  /** Of a batch alone: how many scans it is. */
  readonly scansIn?: (body: B) => number;
}

/** Where venues come in with a question of one form: by their token, within their rate, as far as there is room. */
export function openVenueDoor<B>({ tokens, staff, shared }: Parts, { read, maxBytes, scansIn }: Question<B>) {
  const withinRate = (client: string, scans: number) => {
    const refused = shared.clientLimit.take(client, scans);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, shared.clientLimit.spent(refused));
  };
  // How many scans a batch is, its body says; until then it counts as one, or proofs beside bodies that are none cost nothing.
  const enter = (venue: Venue): Venue => {
    const client = clientOf(venue);
    if (scansIn === undefined) shared.unknownCodes.admit(client, 1);
    withinRate(client, 1);
    return venue;
  };
  const authenticate = (request: IncomingMessage, response: ServerResponse) => {
    const { headers } = notesOf(response);
    Object.assign(headers, shared.clientLimit.policy);
    const { authorization } = request.headers;
    const proof = textOf(request, 'dpop');
    // Whoever proves possession learns the next nonce along with each answer, be it a refusal.
    if (proof !== undefined) headers['dpop-nonce'] = tokens.proofNonce();
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?', 1);
    const signedIn = staff === null || authorization !== undefined ? null : cookieOf(request.headers, STAFF_COOKIE);
    return staff === null || signedIn === null
      ? tokens.authenticate({ authorization, proof, method, path }, enter)
      : staff.authenticate(signedIn, request.headers.origin).then(enter);
  };
  const door = {
    priority: scansIn === undefined ? 'single' : 'batch',
    authenticate,
    clientOf,
    read,
    maxBytes,
    scansIn: scansIn ?? (() => 1),
  } as const;
  const enterWhole = (request: IncomingMessage, response: ServerResponse) => admit(shared, door, request, response);
  if (scansIn === undefined) return enterWhole;
  return async (request: IncomingMessage, response: ServerResponse) => {
    const entered = await enterWhole(request, response);
    const client = clientOf(entered.asker);
    const scans = scansIn(entered.body);
    shared.unknownCodes.admit(client, scans);
    if (scans > 1) withinRate(client, scans - 1);
    return entered;
  };
}
