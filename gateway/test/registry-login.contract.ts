import { describe, expect, test } from 'vitest';
import { logIn, makeBrowserKey, TAKE_KEY } from './registry-page.ts';
import type { RegistryPageSite } from './registry-page-site.ts';

/** What an operator's login is and is not good for. */
export function operatorLogin(site: () => RegistryPageSite): void {
  describe('an operator', () => {
    test("finds another operator's key, or can take the key out of the browser", async () => {
      const { context, page } = await site().open('en-GB');
      await logIn(page, 'operator-a');
      await makeBrowserKey(page);
      const taken = await page.evaluate(TAKE_KEY);
      expect(taken).toBe('kept');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('link', { name: 'Operator login' }).waitFor();
      await logIn(page, 'operator-b');
      await page.getByText('There is no key of yours in this browser yet.').waitFor();
      await context.close();
    });

    test('stays logged in by a cookie that a script or another site can use', async () => {
      const { context, page } = await site().open('en-GB');
      await logIn(page, 'operator-a');
      const cookie = (await context.cookies(`${site().gateway.url}/registry`)).find(
        ({ name }) => name === 'huren_operator',
      );
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/registry' });
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('link', { name: 'Operator login' }).waitFor();
      const headers = { cookie: `huren_operator=${cookie?.value}` };
      const session = await (await fetch(`${site().gateway.url}/registry/session`, { headers })).json();
      expect(session).toEqual({ login: true, operator: null });
      await context.close();
    });

    test('is logged in by a callback that nobody here began', async () => {
      const reply = await fetch(`${site().gateway.url}/registry/callback?code=x&state=y`, { redirect: 'manual' });
      expect(reply.status).toBe(303);
      expect(reply.headers.get('location')).toBe('/registry?login=failed');
      expect(reply.headers.get('set-cookie')).not.toContain('huren_operator');
      const begun = await fetch(`${site().gateway.url}/registry/login`, { redirect: 'manual' });
      const [login = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
      const wrong = await fetch(`${site().gateway.url}/registry/callback?code=x&state=y`, {
        redirect: 'manual',
        headers: { cookie: login },
      });
      expect(wrong.headers.get('location')).toBe('/registry?login=failed');
    });

    test('is entitled to anything by the login alone', async () => {
      const before = await site().entities();
      const reply = await fetch(`${site().gateway.url}/v1/registry/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/jose' },
        body: 'eyJhbGciOiJub25lIn0.eyJraW5kIjoiYWRhcHRlcl9hcHByb3ZlZCJ9.',
      });
      expect(reply.status).toBe(400);
      expect((await site().entities()).size).toBe(before.size);
    });
  });
}
