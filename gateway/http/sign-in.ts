import type { Request, Response, Router } from 'express';
import { LOGIN_LIFETIME_MS } from '../access/code-login.ts';
import { ProblemError } from '../problem-error.ts';
import { cookieOf } from './cookies.ts';
import { resource } from './route.ts';

/** Somebody's login by code, and the session that comes of it. */
interface Login<S> {
  readonly begin: (returnTo: string) => Promise<{ readonly cookie: string; readonly url: string }>;
  readonly end: (
    cookie: string | null,
    query: string,
  ) => Promise<{ readonly cookie: string; readonly returnTo: string } | null>;
  readonly session: (cookie: string | null) => Promise<S | null>;
  readonly logOut: (cookie: string | null) => Promise<void>;
}

interface Place<S> {
  /** Null: no provider is set. */
  readonly login: Login<S> | null;
  /** Of the page that people log in to; the routes lie below it. */
  readonly page: string;
  /** Other pages that people may come back to. */
  readonly also?: readonly string[];
  readonly nodeUrl: string;
  readonly loginCookie: string;
  readonly session: {
    readonly cookie: string;
    /** Where browsers send it. */
    readonly path: string;
    readonly sameSite: 'lax' | 'strict';
    readonly lifetimeMs: number;
  };
  /** What the page is told of it. */
  readonly shown: (session: S | null, isOffered: boolean) => object;
}

/** Login, session and logout of one page: `session`, `login`, `callback` and `logout` below it. */
export function mountSignIn<S>(router: Router, place: Place<S>): void {
  const { login, page, also = [], nodeUrl, loginCookie, session, shown } = place;
  const secure = nodeUrl.startsWith('https:');
  const cookies = { httpOnly: true, secure } as const;

  resource(router, `${page}/session`, {
    GET: async (request, response) => {
      const found = (await login?.session(cookieOf(request.headers, session.cookie))) ?? null;
      response.json(shown(found, login !== null));
    },
  });
  resource(router, `${page}/login`, {
    GET: async (request, response) => {
      const here = required(login);
      // The provider sends people back to the gateway's own name; a cookie set under another would not be seen there.
      if (request.headers.host !== new URL(nodeUrl).host) {
        response.redirect(302, `${nodeUrl}${request.originalUrl}`);
        return;
      }
      const begun = await here.begin(returnTo([page, ...also], request)).catch(() => null);
      if (begun === null) throw new ProblemError('unavailable', 'the OpenID provider cannot be reached');
      // Lax: the provider's redirect, which ends the login, comes from another site.
      const about = { ...cookies, sameSite: 'lax', path: page, maxAge: LOGIN_LIFETIME_MS } as const;
      response.cookie(loginCookie, begun.cookie, about).redirect(302, begun.url);
    },
  });
  resource(router, `${page}/callback`, {
    GET: async (request, response) => {
      // A provider may write a question mark inside it.
      const [, ...query] = request.originalUrl.split('?');
      const ended = await required(login).end(cookieOf(request.headers, loginCookie), query.join('?'));
      response.clearCookie(loginCookie, { path: page });
      if (ended === null) {
        response.redirect(303, `${page}?login=failed`);
        return;
      }
      const { path, sameSite, lifetimeMs: maxAge } = session;
      response
        .cookie(session.cookie, ended.cookie, { ...cookies, path, sameSite, maxAge })
        .redirect(303, ended.returnTo);
    },
  });
  resource(router, `${page}/logout`, {
    POST: async (request: Request, response: Response) => {
      await login?.logOut(cookieOf(request.headers, session.cookie));
      response.clearCookie(session.cookie, { path: session.path }).json(shown(null, login !== null));
    },
  });
}

function required<S>(login: Login<S> | null): Login<S> {
  if (login === null) throw new ProblemError('not_found', 'no provider is set for signing in here');
  return login;
}

/** Back to a page of ours in its language, and nowhere else: an address to return to is not taken from a request. */
function returnTo(pages: readonly string[], request: Request): string {
  const page = pages.find((one) => one === request.query['page']) ?? pages[0] ?? '/';
  const language = request.query['lang'];
  return language === 'zh' || language === 'en' ? `${page}?lang=${language}` : page;
}
