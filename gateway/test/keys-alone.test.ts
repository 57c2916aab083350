import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { startChromium } from './chromium.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { codeOf, DoorPage, outsideSandbox, qrPicture, walked } from './scan-page.ts';
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
