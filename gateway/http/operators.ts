import type { Router } from 'express';
import { type OperatorLogin, SESSION_LIFETIME_MS } from '../access/operator-login.ts';
import { mountSignIn } from './sign-in.ts';

/**
 * Login, session and logout of the registry page. `login` is null where no provider is set: the page then only shows.
 * No private key ever comes here: what an operator approves is signed in the browser.
 */
export function mountOperators(router: Router, login: OperatorLogin | null, nodeUrl: string): void {
  mountSignIn(router, {
    login,
    page: '/registry',
    nodeUrl,
    loginCookie: 'huren_login',
    session: { cookie: 'huren_operator', path: '/registry', sameSite: 'lax', lifetimeMs: SESSION_LIFETIME_MS },
    shown: (session, isOffered) => ({
      login: isOffered,
      operator: session === null ? null : { entity_id: session.entityId, name: session.name },
    }),
  });
}
