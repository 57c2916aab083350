import type { Request, Response } from 'express';
import type { PublishedLimit } from '../access/rate-limit.ts';
import type { Venue, VenueTokens } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { admit, type Capacity } from './admission.ts';

interface Parts {
  readonly tokens: VenueTokens;
  readonly shared: Capacity & { readonly clientLimit: PublishedLimit };
}

interface Question<B> {
  readonly read: (request: Request, response: Response) => Promise<B>;
  readonly maxBytes: number;
  /** Of a batch alone: how many scans it is. */
  readonly scansIn?: (body: B) => number;
}

/** Where venues come in with a question of one form: by their token, within their rate, as far as there is room. */
export function openVenueDoor<B>({ tokens, shared }: Parts, { read, maxBytes, scansIn }: Question<B>) {
  // Two servers may have a client of one name.
  const clientOf = ({ issuer, clientId }: Venue) => `${issuer} ${clientId}`;
  const withinRate = async (venue: Venue, scans: number) => {
    const refused = await shared.clientLimit.take(clientOf(venue), scans);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, shared.clientLimit.spent(refused));
  };
  const authenticate = async (request: Request, response: Response) => {
    response.set(shared.clientLimit.policy);
    const proof = request.get('dpop');
    // Whoever proves possession learns the next nonce along with each answer, be it a refusal.
    if (proof !== undefined) response.set('dpop-nonce', tokens.proofNonce());
    const { method, path } = request;
    const venue = await tokens.authenticate({ authorization: request.get('authorization'), proof, method, path });
    if (scansIn === undefined) await withinRate(venue, 1);
    return venue;
  };
  const door = {
    priority: scansIn === undefined ? 'single' : 'batch',
    authenticate,
    clientOf,
    read,
    maxBytes,
    scansIn: scansIn ?? (() => 1),
  } as const;
  return async (request: Request, response: Response): Promise<{ readonly venue: Venue; readonly body: B }> => {
    const { asker: venue, body } = await admit(shared, door, request, response);
    if (scansIn !== undefined) await withinRate(venue, scansIn(body));
    return { venue, body };
  };
}
