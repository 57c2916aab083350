import { z } from 'zod';
import { type Problem, problemSchema } from '../../schemas/problem.ts';
import { type SandboxCode, sandboxCodesSchema, venueSchema } from '../../schemas/sandbox.ts';
import { type VerificationReply, verificationReplySchema } from '../../schemas/verification.ts';

/** What a venue's scanner does, over real HTTP: get a token, ask, read the answer. And the sandbox's switches. */
export interface VenueClient {
  readonly clientId: string;
  readonly token: string;
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly verify: (code: string, nonce?: string) => Promise<VerificationReply>;
  readonly problem: (code: string) => Promise<Problem>;
}

/** Opens a client for one of the sandbox's venues. */
export async function openVenueClient(url: string, venueId = 'guangzhou-hospital'): Promise<VenueClient> {
  const venues = await sandboxVenues(url);
  const venue = venues.find((candidate) => candidate.venue === venueId);
  if (venue === undefined) throw new Error(`no venue ${venueId}`);
  const reply = await fetch(venue.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${venue.client_id}:${venue.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: venue.scope, resource: venue.resource }),
  });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await reply.json());
  const post: VenueClient['post'] = (path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const [purpose] = venue.purposes;
  return {
    clientId: venue.client_id,
    token,
    post,
    verify: async (code, nonce) =>
      verificationReplySchema.parse(await (await post('/v1/verifications', { code, purpose, nonce })).json()),
    problem: async (code) => problemSchema.parse(await (await post('/v1/verifications', { code, purpose })).json()),
  };
}

/** Every venue that the sandbox plays, with its credentials. */
export async function sandboxVenues(url: string) {
  return z.array(venueSchema).parse(await (await fetch(`${url}/sandbox/venues`)).json());
}

/** Every sandbox code with its expectation; with `?unregistered=1` those of the systems that wait to be registered. */
export async function sandboxCodes(url: string, query: '' | '?unregistered=1' = ''): Promise<SandboxCode[]> {
  return sandboxCodesSchema.parse(await (await fetch(`${url}/sandbox/codes${query}`)).json());
}

/** One of the sandbox's codes, with its record and what must come of it. Throws where there is none. */
export function sandboxCode(codes: readonly SandboxCode[], province: string, scenario: string): SandboxCode {
  const found = codes.find((code) => code.province === province && code.scenario === scenario);
  if (found === undefined) throw new Error(`the sandbox has no ${scenario} of ${province}`);
  return found;
}

/** A code that nobody has scanned, with the record of such a one behind it; without a record it is that one itself. */
export async function codeLike(url: string, { code, province, record }: SandboxCode): Promise<string> {
  return record === null ? code : await postRecord(url, province, record);
}

/** Puts one raw record behind a new code. */
export async function postRecord(url: string, province: string, raw: unknown): Promise<string> {
  const reply = await fetch(`${url}/sandbox/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ province, raw }),
  });
  return z.object({ code: z.string() }).parse(await reply.json()).code;
}

/** Sets a province's fault, or clears it with null. */
export async function setFault(url: string, province: string, fault: unknown, more: object = {}): Promise<void> {
  const reply = await fetch(`${url}/sandbox/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ province, fault, ...more }),
  });
  if (!reply.ok) throw new Error(`the fault was refused: ${reply.status}`);
}

/** The requests that a province received, as it received them. */
export async function provinceRequests(url: string, province: string): Promise<{ headers: object; body: string }[]> {
  const reply = await fetch(`${url}/sandbox/requests?province=${province}`);
  return z.array(z.object({ headers: z.record(z.string(), z.string()), body: z.string() })).parse(await reply.json());
}
