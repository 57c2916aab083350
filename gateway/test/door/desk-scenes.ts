import type { Route } from 'playwright-core';
import { z } from 'zod';
import { codeOf, type DoorPage, mutated, outsideSandbox, qrPicture, refuse } from '../scan-page.ts';
import { openVenueClient, setFault } from '../venue-client.ts';
import { lookOnce, openDoor, type Scene } from './scene.ts';

const DESK = { path: '/pass' } as const;

async function ask(door: DoorPage, code: string): Promise<void> {
  await door.page.locator('#typed').fill(code);
  await door.page.locator('#typed').press('Enter');
  await door.page.locator('[data-pass]').waitFor();
}

/** A traveller's page, on a screen and on paper. */
export const desk: Scene = async (stage) => {
  const { codes, gateway } = stage.run;
  const henan = (scenario: string) => codeOf(codes, '410000', scenario);
  await lookOnce(stage, 'desk-where', { ...DESK, venue: null, ready: '.pass-desk h2' });
  await lookOnce(stage, 'desk-camera', { ...DESK, in: stage.withCamera }, async ({ page }) => {
    await page.locator('.stage button').click();
    await page.locator('video.running').waitFor();
  });
  await lookOnce(stage, 'desk-asking', DESK, async ({ page }) => {
    await page.route('**/v1/passes', () => {});
    await page.locator('#typed').fill(henan('green'));
    await page.locator('#typed').press('Enter');
  });
  await lookOnce(stage, 'desk-several', DESK, async (door) => {
    await door.showPicture(qrPicture([henan('green'), henan('red')]));
    await door.page.locator('.choice canvas').waitFor();
  });
  await lookOnce(stage, 'desk-camera-missing', DESK, async ({ page }) => {
    await page.locator('.stage button').click();
    await page.locator('[data-camera]').waitFor();
  });
  const picture = async (door: DoorPage) => {
    await door.showPicture(qrPicture([]));
    await door.page.locator('[data-pass]').waitFor();
  };
  await lookOnce(stage, 'desk-picture', DESK, picture);
  await lookOnce(stage, 'desk-no-check', { ...DESK, venue: 'sanya-supermarket' }, (door) => ask(door, henan('green')));
  const door = await openDoor(stage, DESK);
  await stage.look(door, 'desk');
  for (const [state, code] of [
    ['yellow', henan('yellow')],
    ['red', henan('red')],
    ['refer', henan('red-without-ground')],
    ['nonsense', 'what no system issues'],
    ['expired', henan('expired')],
  ] as const) {
    await ask(door, code);
    await stage.look(door, `desk-${state}`);
    await door.page.locator('[data-pass] button').click();
  }
  const green = codeOf(codes, '420000', 'green');
  await ask(door, green);
  await door.page.locator('.unprinted button').last().click();
  await setFault(gateway.url, '420000', { status: 503 }, { keep_cache: true });
  await ask(door, green);
  await stage.look(door, 'desk-not-lasting');
  await door.page.locator('[data-pass] button').click();
  await setFault(gateway.url, '420000', { status: 503 });
  await ask(door, codeOf(codes, '420000', 'red'));
  await stage.look(door, 'desk-issuer-away');
  await door.page.locator('[data-pass] button').click();
  await setFault(gateway.url, '420000', null);
  const swap = async (route: Route) => {
    const reply = await route.fetch();
    const body = z.looseObject({ pass: z.string() }).parse(await reply.json());
    await route.fulfill({ response: reply, json: { ...body, pass: mutated(body.pass) } });
  };
  await door.page.route('**/v1/passes', swap);
  await ask(door, henan('green'));
  await stage.look(door, 'desk-unverified');
  await door.page.locator('[data-pass] button').click();
  await door.page.unroute('**/v1/passes', swap);
  await ask(door, henan('green'));
  await stage.look(door, 'desk-issued');
  await door.page.emulateMedia({ media: 'print' });
  await stage.look(door, 'desk-printed');
  await door.context.close();
};

/** The traveller's page where nobody is signed in, and the two pages that ask nobody. */
export const around: Scene = async (stage) => {
  const nobody = (login: boolean) => outsideSandbox({ login, venue: null });
  const ready = '.pass-desk .notice';
  await lookOnce(stage, 'desk-staff', { ...DESK, venue: null, prepare: nobody(true), ready });
  const failed = { ...DESK, venue: null, prepare: nobody(true), ready };
  await lookOnce(stage, 'desk-staff-failed', failed, async ({ page }) => {
    await page.goto(`${page.url()}&login=failed`);
    await page.locator('.pass-desk [role=alert]').waitFor();
  });
  const token = { ...DESK, venue: null, prepare: nobody(false), ready };
  await lookOnce(stage, 'desk-token', token);
  await lookOnce(stage, 'desk-token-refused', token, async ({ page }) => {
    await page.locator('#token').fill('no token');
    await page.locator('#token').press('Enter');
    await page.locator('.entry [role=alert]').waitFor();
  });
  await lookOnce(stage, 'desk-ended', { ...DESK, venue: null, prepare: nobody(true), ready }, async (door) => {
    await refuse(door.page, '**/v1/passes', 'token_missing');
    const { clientId: client_id } = await openVenueClient(stage.run.gateway.url);
    const venue = { client_id, kind: 'hospital', region: '440100', destination: '440000' };
    await outsideSandbox({ login: true, venue: { ...venue, ends_at: '2046-11-26T16:00:00Z' } })(door.page);
    await door.page.reload();
    await nobody(true)(door.page);
    await ask(door, 'a code that nobody is asked about');
  });
  await lookOnce(stage, 'desk-offline', {
    ...DESK,
    venue: null,
    prepare: async (page) => {
      for (const path of ['**/v1/**', '**/sandbox/**', '**/scan/session'])
        await page.route(path, (route) => route.abort());
    },
    ready,
  });
  await lookOnce(stage, 'home', { path: '/', venue: null, ready: '.cards' });
  await lookOnce(stage, 'missing', { path: '/no-such-page', venue: null, ready: 'h1' });
};
