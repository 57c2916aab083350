import { randomBytes } from 'node:crypto';
import type { CustomFetch } from 'openid-client';
import { z } from 'zod';
import { entityIdSchema } from '../../schemas/status.ts';
import { CodeLogin, type LoginProvider } from './code-login.ts';
import type { CookieSeal } from './sealed-cookie.ts';
import type { SeenOnce } from './seen-once.ts';

export const SESSION_LIFETIME_MS = 4 * 3_600_000;

/** Who is logged in: the registry entity that this person signs for. Sealed in the browser's session cookie. */
const sessionSchema = z.strictObject({
  id: z.string(),
  entityId: entityIdSchema,
  name: z.string(),
  endsAtMs: z.number(),
});
export type OperatorSession = z.infer<typeof sessionSchema>;

const claimsSchema = z.object({
  sub: z.string().max(255),
  entity_id: entityIdSchema,
  name: z.string().max(200).optional(),
});

interface Parts {
  readonly provider: LoginProvider;
  readonly gatewayId: string;
  readonly fetch: CustomFetch;
  readonly seal: CookieSeal;
  /** Sessions that were logged out before their time. */
  readonly ended: SeenOnce;
  readonly nowMs: () => number;
}

/**
 * Operators' login to the registry page (OpenID Connect). A session says who sits before the page and entitles to nothing:
 * what counts in the registry is signed by a key that is enrolled there.
 */
export class OperatorLogin {
  readonly redirectUri: string;
  readonly #parts: Parts;
  readonly #login: CodeLogin;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.redirectUri = `${parts.gatewayId}/registry/callback`;
    const { provider, fetch, seal, nowMs } = parts;
    const { redirectUri } = this;
    const asked = { scope: 'openid' };
    const how = { protocol: 'openid', purpose: 'login' } as const;
    this.#login = new CodeLogin({ ...how, provider, redirectUri, asked, fetch, seal, nowMs });
  }

  begin(returnTo: string): ReturnType<CodeLogin['begin']> {
    return this.#login.begin(returnTo);
  }

  /** As the login's end, with the cookie of a session; null where the provider says something else than who it is. */
  async end(
    cookie: string | null,
    query: string,
  ): Promise<{ readonly cookie: string; readonly returnTo: string } | null> {
    const { seal, nowMs } = this.#parts;
    const ended = await this.#login.end(cookie, query);
    const claims = claimsSchema.safeParse(ended?.tokens.claims()).data;
    if (ended === null || claims === undefined) return null;
    const session: OperatorSession = {
      id: randomBytes(16).toString('base64url'),
      entityId: claims.entity_id,
      name: claims.name ?? claims.sub,
      endsAtMs: nowMs() + SESSION_LIFETIME_MS,
    };
    return { cookie: seal.seal('session', session), returnTo: ended.returnTo };
  }

  async session(cookie: string | null): Promise<OperatorSession | null> {
    const session = this.#opened(cookie);
    return session === null || (await this.#parts.ended.has(session.id)) ? null : session;
  }

  /** Ends a session for whoever has a copy of its cookie as well. */
  async logOut(cookie: string | null): Promise<void> {
    const session = this.#opened(cookie);
    if (session !== null) await this.#parts.ended.note(session.id);
  }

  #opened(cookie: string | null): OperatorSession | null {
    if (cookie === null) return null;
    const session = sessionSchema.safeParse(this.#parts.seal.open('session', cookie)).data;
    return session !== undefined && session.endsAtMs > this.#parts.nowMs() ? session : null;
  }
}
