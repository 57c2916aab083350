import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PublishedLimit } from '../access/rate-limit.ts';
import type { Venue, VenueTokens } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { admit, type Capacity } from './admission.ts';
import { textOf } from './question-headers.ts';
import { notesOf } from './reply.ts';

interface Parts {
  readonly tokens: VenueTokens;
  readonly shared: Capacity & { readonly clientLimit: PublishedLimit };
}

interface Question<B> {
  readonly read: (request: IncomingMessage) => Promise<B>;
  readonly maxBytes: number;
  /** Of a batch alone: how many scans it is. */
  readonly scansIn?: (body: B) => number;
}

/** Where venues come in with a question of one form: by their token, within their rate, as far as there is room. */
export function openVenueDoor<B>({ tokens, shared }: Parts, { read, maxBytes, scansIn }: Question<B>) {
  // Two servers may have a client of one name.
  const clientOf = ({ issuer, clientId }: Venue) => `${issuer} ${clientId}`;
  const withinRate = (venue: Venue, scans: number) => {
    const refused = shared.clientLimit.take(clientOf(venue), scans);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, shared.clientLimit.spent(refused));
  };
  const authenticate = async (request: IncomingMessage, response: ServerResponse) => {
    const { headers } = notesOf(response);
    Object.assign(headers, shared.clientLimit.policy);
    const { authorization } = request.headers;
    const proof = textOf(request, 'dpop');
    // Whoever proves possession learns the next nonce along with each answer, be it a refusal.
    if (proof !== undefined) headers['dpop-nonce'] = tokens.proofNonce();
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?', 1);
    const venue = await tokens.authenticate({ authorization, proof, method, path });
    if (scansIn === undefined) withinRate(venue, 1);
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
  return async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ readonly venue: Venue; readonly body: B }> => {
    const { asker: venue, body } = await admit(shared, door, request, response);
    if (scansIn !== undefined) withinRate(venue, scansIn(body));
    return { venue, body };
  };
}
