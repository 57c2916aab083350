import { createServer, type Server } from 'node:http';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { type BuiltPages, readBuiltPages } from '../http/built-pages.ts';
import { mountPages } from '../http/pages.ts';
import { startChromium } from './chromium.ts';
import { PATIENCE_MS } from './patience.ts';
import { forged, venueClaims } from './venue-token.fixture.ts';

const WAIT_MS = PATIENCE_MS;
const VERSION = 'document.documentElement.dataset.version';

let browser: Browser;
let server: Server;
let origin: string;
let served: express.Router;
/** What the gateway says of the staff who are signed in; null: it offers no sign-in. */
let session: object | null = null;

beforeAll(async () => {
  browser = await startChromium();
  const app = express();
  app.get('/web/icon.svg', (_request, response) => void response.type('image/svg+xml').send('<svg xmlns="a"/>'));
  app.get('/scan/session', (_request, response) => void response.status(session === null ? 404 : 200).json(session));
  app.use((request, response, next) => served(request, response, next));
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** The node is updated: from now on it serves the pages that were built, as another version of them. */
function serveVersion(name: string): void {
  const built = readBuiltPages();
  if (built === null) throw new Error('the pages are not built: npm run build:web');
  served = express.Router();
  mountPages(served, renamed(built, name));
}

/** The same page under another file name, which says which version it is. */
function renamed(built: BuiltPages, name: string): BuiltPages {
  const { script = '', styles = [] } = built.pages.get('scan') ?? {};
  const before = script.replace('assets/', '');
  const after = `scan-${name}.js`;
  const text = `${VERSION} = '${name}';${built.assets.get(before)?.bytes.toString('utf8') ?? ''}`;
  const worker = built.serviceWorker.toString('utf8').replaceAll(before, after);
  return {
    pages: new Map([['scan', { script: `assets/${after}`, styles }]]),
    assets: new Map([...built.assets].filter(([file]) => file !== before)).set(after, {
      bytes: Buffer.from(text),
      packed: null,
    }),
    serviceWorker: Buffer.from(worker.replace(/SCAN_VERSION="[^"]*"/, `SCAN_VERSION="${name}"`)),
  };
}

test('a page goes on with the code of a version that was replaced, or cannot start without a network afterwards', async () => {
  serveVersion('first');
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/scan?lang=en`);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await page.reload();
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  expect(await page.evaluate(VERSION)).toBe('first');

  serveVersion('second');
  await page.evaluate(
    'navigator.serviceWorker.getRegistration("/scan").then((found) => found.update()).then(() => undefined)',
  );
  // Nobody is being checked, so the page takes the new version by itself.
  await expect.poll(() => page.evaluate(VERSION), { timeout: WAIT_MS }).toBe('second');
  const kept = 'caches.keys().then((names) => names.filter((name) => name.includes("-code-")))';
  await expect.poll(() => page.evaluate(kept)).toEqual(['huren-scan-code-second']);
  await context.setOffline(true);
  await page.reload();
  await expect.poll(() => page.evaluate(VERSION), { timeout: WAIT_MS }).toBe('second');
  // It has a trust bundle no more than this server: that is said by the page itself, and not by the browser.
  await page.getByRole('heading', { name: 'Nothing can be checked' }).waitFor();
  await context.close();
});

test('somebody who is not signed in is asked for a token by nobody, or one that is none is taken', async () => {
  serveVersion('first');
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/scan?lang=en`);
  await page.getByLabel('Access token').fill('not.a.token');
  await page.getByRole('button', { name: 'Use this token' }).click();
  await page.getByText('This is no access token of a venue').waitFor();
  // A token that is bound to a key is nobody's without the key, which stays where it was made.
  const bound = venueClaims({ iss: origin, aud: origin, cnf: { jkt: 'k'.repeat(43) } });
  await page.getByLabel('Access token').fill(forged({ alg: 'ES256' }, bound));
  await page.getByRole('button', { name: 'Use this token' }).click();
  await page.getByText('This token is bound to a key').waitFor();
  expect(await page.locator('#answer').innerText()).toBe('');
  await context.close();
});

test('somebody with a token is told to load a new version by hand, and has no way to; or goes on with the old one once they are nobody', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const bring = async () => {
    await page.getByLabel('Access token').fill(forged({ alg: 'ES256' }, venueClaims({ iss: origin, aud: origin })));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByText('Venue ID: a-venue').waitFor();
  };
  const update = async (version: string) => {
    serveVersion(version);
    await page.evaluate(
      'navigator.serviceWorker.getRegistration("/scan").then((found) => found.update()).then(() => undefined)',
    );
    await page.getByText('A new version is there: load the page again').waitFor();
  };
  serveVersion('first');
  await page.goto(`${origin}/scan?lang=en`);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await page.reload();
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  await bring();
  await update('second');
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await expect.poll(() => page.evaluate(VERSION), { timeout: WAIT_MS }).toBe('second');
  await bring();
  await update('third');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect.poll(() => page.evaluate(VERSION), { timeout: WAIT_MS }).toBe('third');
  await context.close();
});

test('staff that can sign in are asked for a token, or are nobody once they have', async () => {
  serveVersion('first');
  const context = await browser.newContext();
  const page = await context.newPage();
  session = { login: true, venue: null };
  onTestFinished(() => {
    session = null;
  });
  await page.goto(`${origin}/scan?lang=en`);
  const signIn = page.getByRole('link', { name: 'Sign in as staff of the venue' });
  expect(await signIn.getAttribute('href')).toBe('/scan/login?lang=en&page=/scan');
  expect(await page.getByLabel('Access token').count()).toBe(0);
  const venue = { client_id: 'first-hospital', kind: 'hospital', region: '410100', destination: '410000' };
  session = { login: true, venue: { ...venue, ends_at: '2026-11-26T16:00:00Z' } };
  await page.reload();
  await page.getByText('Venue ID: first-hospital').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await context.close();
});
