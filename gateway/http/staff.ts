import type { Router } from 'express';
import { STAFF_SESSION_LIFETIME_MS, type StaffLogin } from '../access/staff-login.ts';
import { mountSignIn } from './sign-in.ts';

/** What a page sends along with a question, and no other site's page does (see venue-door.ts). */
export const STAFF_COOKIE = 'huren_staff';

/** Sign-in of a venue's staff to the scanner's page. `login` is null where no provider is set for them. */
export function mountStaff(router: Router, login: StaffLogin | null, nodeUrl: string): void {
  mountSignIn(router, {
    login,
    page: '/scan',
    also: ['/pass'],
    nodeUrl,
    loginCookie: 'huren_staff_login',
    session: { cookie: STAFF_COOKIE, path: '/', sameSite: 'strict', lifetimeMs: STAFF_SESSION_LIFETIME_MS },
    shown: (session, isOffered) => ({
      login: isOffered,
      venue:
        session === null
          ? null
          : {
              client_id: session.venue.clientId,
              kind: session.venue.kind,
              region: session.venue.region,
              destination: session.venue.destination,
              ends_at: new Date(session.endsAtMs).toISOString(),
            },
    }),
  });
}
