import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { startChromium } from './chromium.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { codeOf, DoorPage, outsideSandbox, qrPicture, refuse, walked } from './scan-page.ts';
import { openVenueClient, sandboxCodes } from './venue-client.ts';

let gateway: SandboxGateway;
let codes: SandboxCode[];
let browser: Browser;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  codes = await sandboxCodes(gateway.url);
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
});

const henan = (scenario: string) => codeOf(codes, '410000', scenario);
const nothing = { missed: [], unseen: [] };
const focused = (page: Page, what: string) => page.locator(`${what}:focus`).waitFor();

test('somebody who has keys alone cannot come to something at a door, does not see where they are, or is thrown back to the top', async () => {
  const door = await DoorPage.open(browser, gateway.url);
  const { page } = door;
  expect(await walked(page)).toEqual(nothing);
  await door.showPicture(qrPicture([henan('green'), henan('red')]));
  await page.locator('.choice canvas').waitFor();
  expect(await walked(page)).toEqual(nothing);
  await page.getByRole('button', { name: 'Check code 2' }).press('Enter');
  await focused(page, '.next');
  await page.keyboard.press('Enter');
  await focused(page, '#content');
  const many = page.getByRole('button', { name: 'A coach: many codes' });
  await many.press('Enter');
  await focused(page, '#codes');
  await page.keyboard.insertText([henan('green'), henan('red')].join('\n'));
  await page.getByRole('button', { name: 'Check them all' }).press('Enter');
  await page.locator('[data-batch="done"]').waitFor();
  expect(await walked(page)).toEqual(nothing);
  await page.getByRole('button', { name: 'Clear' }).press('Enter');
  await focused(page, '#batch-name');
  await page.getByRole('button', { name: 'Back to one by one' }).press('Enter');
  await expect.poll(() => many.evaluate((button) => button === document.activeElement)).toBe(true);
  await door.context.close();
});

test('somebody who has keys alone cannot come to a pass, or to another one after it', async () => {
  const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
  const { page } = desk;
  expect(await walked(page)).toEqual(nothing);
  await page.locator('#typed').focus();
  for (const code of [henan('red'), henan('green')]) {
    await page.keyboard.insertText(code);
    await page.keyboard.press('Enter');
    await focused(page, '#pass-name');
    expect(await walked(page)).toEqual(nothing);
    await page.getByRole('button', { name: 'Another code' }).press('Enter');
    await focused(page, '#typed');
  }
  await desk.context.close();
});

test.each([
  '/scan',
  '/pass',
])('somebody who has keys alone cannot sign in at %s, or is thrown back to the top once they have', async (path) => {
  const open = async (login: boolean, ready: string) => {
    const prepare = outsideSandbox({ login, venue: null });
    return await DoorPage.open(browser, gateway.url, { path, query: 'lang=en', prepare, ready });
  };
  const staff = await open(true, 'a.primary');
  expect(await walked(staff.page)).toEqual(nothing);
  await staff.context.close();
  const { page, context } = await open(false, '#token');
  expect(await walked(page)).toEqual(nothing);
  await page.locator('#token').focus();
  await page.keyboard.insertText('no token');
  await page.keyboard.press('Enter');
  await page.locator('.entry [role=alert]').waitFor();
  await focused(page, '#token');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText((await openVenueClient(gateway.url)).token);
  await page.keyboard.press('Enter');
  await focused(page, '#content');
  await page.locator('#typed').waitFor();
  expect(await walked(page)).toEqual(nothing);
  await context.close();
});

describe('somebody whom the gateway lets in no more', () => {
  const TOKEN = { query: 'lang=en', prepare: outsideSandbox({ login: false, venue: null }), ready: '#token' };
  const bring = async (page: Page) => {
    await page.locator('#token').focus();
    await page.keyboard.insertText((await openVenueClient(gateway.url)).token);
    await page.keyboard.press('Enter');
    await page.locator('#token').waitFor({ state: 'detached' });
  };
  const put = async (page: Page, code: string) => {
    await page.locator('#typed').fill(code);
    await page.keyboard.press('Enter');
  };

  test('cannot bring another token, or does not scan on with it', async () => {
    const door = await DoorPage.open(browser, gateway.url, TOKEN);
    const { page } = door;
    await bring(page);
    const letIn = await refuse(page, '**/v1/verifications', 'token_invalid', { reason: 'expired' });
    await put(page, henan('green'));
    expect(await door.answer()).toMatchObject({
      problem: 'token_invalid',
      words: expect.stringMatching(/; use a new access token, then[\s\S]*Use a new access token[\s\S]*Next person/),
    });
    await focused(page, '.acts .primary');
    await page.keyboard.press('Enter');
    await focused(page, '#token');
    await letIn();
    await bring(page);
    expect(await door.type(henan('green'))).toMatchObject({ decision: 'pass', verified: 'true' });
    await door.context.close();
  });

  test('is asked to sign in again where that does not help, or cannot leave', async () => {
    const door = await DoorPage.open(browser, gateway.url, TOKEN);
    const { page } = door;
    await bring(page);
    await refuse(page, '**/v1/verifications', 'token_invalid', { reason: 'region_refused' });
    const shown = await door.type(henan('green'));
    expect(shown.words).toMatch(/signing in again does not help: have staff look into it[\s\S]*\(region_refused\)/);
    expect(shown.words).not.toMatch(/Use a new access token|Get a new access token/);
    await page.getByRole('button', { name: 'Sign out' }).press('Enter');
    await focused(page, '#content');
    await page.locator('#token').waitFor();
    await door.context.close();
  });

  test('cannot have a pass issued, or is told that it is about them', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { ...TOKEN, path: '/pass' });
    const { page } = desk;
    await bring(page);
    const letIn = await refuse(page, '**/v1/passes', 'token_invalid', { reason: 'expired' });
    await put(page, henan('green'));
    await focused(page, '#pass-name');
    const words = await page.locator('.no-pass').innerText();
    expect(words).toMatch(/No pass can be had here[\s\S]*Nothing about you[\s\S]*have the staff here sign in/);
    expect(await walked(page)).toEqual(nothing);
    await letIn();
    await bring(page);
    await focused(page, '#typed');
    await put(page, henan('green'));
    await page.locator('[data-pass="issued"]').waitFor();
    await desk.context.close();
  });

  test('cannot sign in as staff, loses the rest of a coach by it, or has to begin it anew', async () => {
    const { token, clientId } = await openVenueClient(gateway.url);
    const venue = { client_id: clientId, kind: 'hospital', region: '440100', destination: '440000' };
    const signedIn = { login: true, venue: { ...venue, ends_at: '2046-11-26T16:00:00Z' } };
    const door = await DoorPage.open(browser, gateway.url, {
      query: 'lang=en',
      prepare: outsideSandbox(signedIn),
    });
    const { page } = door;
    // The session is the browser's: here a token stands for it.
    await page.route('**/v1/verifications/batch', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }),
    );
    await outsideSandbox({ login: true, venue: null })(page);
    await refuse(page, '**/v1/verifications', 'token_missing');
    await put(page, henan('green'));
    await focused(page, '.acts .primary');
    expect(await page.locator('.acts .primary').getAttribute('href')).toBe('/scan/login?lang=en&page=/scan');
    const { words } = await door.putAway();
    expect(words).toContain('This sign-in has ended');
    expect(words).not.toMatch(/access token|Operator/);
    await page.locator('[data-sign-in-ended]').waitFor();
    await page.getByRole('link', { name: 'Sign in as staff of the venue' }).waitFor();
    await page.getByRole('button', { name: 'A coach: many codes' }).press('Enter');
    await page.locator('#codes').fill([henan('green'), henan('red')].join('\n'));
    await page.getByRole('button', { name: 'Check them all' }).press('Enter');
    await page.locator('[data-batch="stopped"]').waitFor();
    expect(await page.locator('.batch [role=alert]').innerText()).toMatch(/not signed in[\s\S]*sign in for the venue/);
    expect(await page.locator('.batch a.primary').getAttribute('target')).toBe('_blank');
    expect(await walked(page)).toEqual(nothing);
    await outsideSandbox(signedIn)(page);
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.locator('[data-batch="done"]').waitFor();
    await page.locator('[data-sign-in-ended]').waitFor({ state: 'detached' });
    expect(await page.locator('tbody tr').count()).toBe(2);
    await door.context.close();
  });
});
