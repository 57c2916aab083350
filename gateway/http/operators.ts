import type { Request, Response, Router } from 'express';
import { LOGIN_LIFETIME_MS, type OperatorLogin, SESSION_LIFETIME_MS } from '../access/operator-login.ts';
import { ProblemError } from '../problem-error.ts';
import { resource } from './route.ts';

const SESSION_COOKIE = 'huren_operator';
const LOGIN_COOKIE = 'huren_login';
const PATH = '/registry';
const SEALED = /^[A-Za-z0-9_-]+$/;

/**
 * Login, session and logout of the registry page. `login` is null where no provider is set: the page then only shows.
 * No private key ever comes here: what an operator approves is signed in the browser.
 */
export function mountOperators(router: Router, login: OperatorLogin | null, gatewayId: string): void {
  const secure = gatewayId.startsWith('https:');
  const setCookie = (response: Response, name: string, value: string, maxAge: number) =>
    response.cookie(name, value, { httpOnly: true, sameSite: 'lax', secure, path: PATH, maxAge });

  resource(router, '/registry/session', {
    GET: async (request, response) => {
      const session = (await login?.session(cookieOf(request, SESSION_COOKIE))) ?? null;
      const operator = session === null ? null : { entity_id: session.entityId, name: session.name };
      response.json({ login: login !== null, operator });
    },
  });
  resource(router, '/registry/login', {
    GET: async (request, response) => {
      const here = required(login);
      // The provider sends people back to the gateway's own name; a cookie set under another would not be seen there.
      if (request.headers.host !== new URL(gatewayId).host) {
        response.redirect(302, `${gatewayId}${request.originalUrl}`);
        return;
      }
      const begun = await here.begin(returnTo(request)).catch(() => null);
      if (begun === null) throw new ProblemError('unavailable', 'the OpenID provider cannot be reached');
      setCookie(response, LOGIN_COOKIE, begun.cookie, LOGIN_LIFETIME_MS).redirect(302, begun.url);
    },
  });
  resource(router, '/registry/callback', {
    GET: async (request, response) => {
      const [, query = ''] = request.originalUrl.split('?', 2);
      const ended = await required(login).end(cookieOf(request, LOGIN_COOKIE), query);
      response.clearCookie(LOGIN_COOKIE, { path: PATH });
      if (ended === null) {
        response.redirect(303, `${PATH}?login=failed`);
        return;
      }
      setCookie(response, SESSION_COOKIE, ended.cookie, SESSION_LIFETIME_MS).redirect(303, ended.returnTo);
    },
  });
  resource(router, '/registry/logout', {
    POST: async (request, response) => {
      await login?.logOut(cookieOf(request, SESSION_COOKIE));
      response.clearCookie(SESSION_COOKIE, { path: PATH }).json({ operator: null });
    },
  });
}

function required(login: OperatorLogin | null): OperatorLogin {
  if (login === null) throw new ProblemError('not_found', 'no OpenID provider is set for operators');
  return login;
}

/** Back to the page in its language, and nowhere else: an address to return to is not taken from a request. */
function returnTo(request: Request): string {
  const language = request.query['lang'];
  return language === 'zh' || language === 'en' ? `${PATH}?lang=${language}` : PATH;
}

/** A cookie of ours, or null. Anything that cannot be a sealed one is no cookie of ours. */
function cookieOf(request: Request, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const value = pairs.find(([key]) => key === name)?.[1];
  return value !== undefined && SEALED.test(value) ? value : null;
}
