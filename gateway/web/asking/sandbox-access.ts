import { z } from 'zod';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { type Problem, problemSchema } from '../../../schemas/problem.ts';
import { type SandboxVenue, venueSchema, venueTokenReplySchema } from '../../../schemas/sandbox.ts';
import { ProofKey } from '../../client/proof-key.ts';
import { askOwnGateway, type OwnReply, postJson } from '../shell/own-gateway.ts';
import type { NoAccess, VenueAccess } from './venue-access.ts';

const WITHIN_MS = 8_000;
/** A token is exchanged a little before it ends: a scan on its way must not meet its last second. */
const EARLY_MS = 30_000;

export type VenuesView = Pick<SandboxVenue, 'venue' | 'name' | 'destination'>[];
type LentToken = z.infer<typeof venueTokenReplySchema> & { readonly endsMs: number };

/** The sandbox's invented venues; null outside the sandbox, or while the gateway cannot be reached. */
export async function sandboxVenues(): Promise<SandboxVenue[] | null> {
  const reply = await askOwnGateway('/sandbox/venues', {}, WITHIN_MS);
  const parsed = z.array(venueSchema).safeParse(reply?.status === 200 ? jsonOrUndefined(reply.text) : null);
  return parsed.success ? parsed.data : null;
}

/** As one of the sandbox's venues, without a sign-in. There may be none of that name, or no sandbox. */
export async function sandboxAccess(venue: string): Promise<VenueAccess | NoAccess> {
  const lent = new LentTokens(venue);
  const first = await lent.current();
  if (typeof first === 'string') return first;
  const { name, destination, purposes, client_id: clientId } = first;
  const post = (path: string, body: object, withinMs: number) => lent.post(path, body, withinMs);
  return { way: 'sandbox', name, destination, purposes, clientId, post };
}

/**
 * Tokens of an invented venue, which the node lends to this page. Where that venue's are bound to a key (RFC 9449), the key
 * is made here and never leaves, and each question goes with a proof of it.
 */
class LentTokens {
  readonly #venue: string;
  #key: ProofKey | null = null;
  #endpoint = '';
  #token: LentToken | null = null;

  constructor(venue: string) {
    this.#venue = venue;
  }

  async current(): Promise<LentToken | NoAccess> {
    if (this.#token !== null && performance.now() <= this.#token.endsMs) return this.#token;
    const next = await this.#borrow();
    if (typeof next !== 'string') this.#token = next;
    return next;
  }

  async post(path: string, body: object, withinMs: number): Promise<OwnReply | null> {
    const next = await this.current();
    // With the one before, the gateway says itself that it has ended.
    const token = typeof next === 'string' ? this.#token : next;
    if (token === null) return null;
    const reply = await this.#send(path, body, withinMs, token);
    const refused = problemIn(reply)?.code;
    if (refused === 'proof_nonce_required') return await this.#send(path, body, withinMs, token);
    if (refused !== 'token_invalid') return reply;
    this.#token = null;
    const anew = await this.current();
    return typeof anew === 'string' ? reply : await this.#send(path, body, withinMs, anew);
  }

  async #send(path: string, body: object, withinMs: number, { token_type, access_token }: LentToken) {
    const url = `${location.origin}${path}`;
    const proof =
      token_type === 'DPoP' ? await this.#key?.prove({ method: 'POST', url, accessToken: access_token }) : null;
    const authorization = `${token_type} ${access_token}`;
    const reply = await postJson(path, body, withinMs, { authorization, ...(proof == null ? {} : { dpop: proof }) });
    if (reply !== null) this.#key?.learn(url, reply.headers);
    return reply;
  }

  /** Plainly first; a server that binds tokens says that a proof is missing, and then which nonce it wants. */
  async #borrow(): Promise<LentToken | NoAccess> {
    let reply = await this.#ask();
    if (problemIn(reply)?.code === 'proof_missing' && this.#key === null) {
      const venue = (await sandboxVenues())?.find((one) => one.venue === this.#venue);
      this.#endpoint = venue?.token_endpoint ?? '';
      this.#key = await ProofKey.create();
      reply = await this.#ask();
    }
    if (problemIn(reply)?.code === 'proof_nonce_required') reply = await this.#ask();
    if (reply === null) return 'gateway_unreachable';
    const parsed = venueTokenReplySchema.safeParse(reply.status === 200 ? jsonOrUndefined(reply.text) : null);
    if (!parsed.success) return 'access_missing';
    return { ...parsed.data, endsMs: performance.now() + parsed.data.expires_in * 1000 - EARLY_MS };
  }

  async #ask(): Promise<OwnReply | null> {
    const proof = this.#key === null ? {} : { proof: await this.#key.prove({ method: 'POST', url: this.#endpoint }) };
    const reply = await postJson('/sandbox/venue-tokens', { venue: this.#venue, ...proof }, WITHIN_MS);
    if (reply !== null) this.#key?.learn(this.#endpoint, reply.headers);
    return reply;
  }
}

function problemIn(reply: OwnReply | null): Problem | undefined {
  return reply === null || reply.status === 200 ? undefined : problemSchema.safeParse(jsonOrUndefined(reply.text)).data;
}
