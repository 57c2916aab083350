import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { AccessReason } from '../../../schemas/access-reason.ts';
import { PROBLEMS, type ProblemCode } from '../../../schemas/problem.ts';
import { codeOf, type DoorPage, issuePass, LIGHT, mutated, outsideSandbox, qrPicture, refuse } from '../scan-page.ts';
import { openVenueClient } from '../venue-client.ts';
import { lookOnce, openDoor, type Scene, type Stage } from './scene.ts';

const CAMERA_FAULTS = {
  'camera-refused': 'NotAllowedError',
  'camera-failed': 'NotReadableError',
} as const;
const refuseCamera = (name: string) =>
  `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${name}'))`;
const WITHOUT_CAMERAS = 'delete Navigator.prototype.mediaDevices';
const HELD = '[data-trust="held"]';

/** The page before anybody shows anything: each of its cameras, and what it goes by. */
export const standing: Scene = async (stage) => {
  await lookOnce(stage, 'ready', {});
  await lookOnce(stage, 'venues', { venue: null });
  await lookOnce(stage, 'opening', {
    prepare: (page) => page.route('**/v1/trust-bundle**', () => {}),
    ready: '.scanner',
  });
  await lookOnce(stage, 'camera', { in: stage.withCamera }, (door) => door.page.locator('video.running').waitFor());
  const lit = await openDoor(stage, { in: stage.withCamera, before: LIGHT });
  await lit.page.locator('.stage button').nth(1).waitFor();
  await stage.look(lit, 'camera-light');
  await lit.page.locator('.stage button').nth(1).click();
  await stage.look(lit, 'camera-lit');
  await lit.context.close();
  await lookOnce(stage, 'venue-unknown', { venue: 'no-such-venue', ready: '.ways' });
  await lookOnce(stage, 'counted', {}, async (door) => {
    for (const scenario of ['green', 'red', 'red-without-ground', 'unknown'])
      await door.type(codeOf(stage.run.codes, '410000', scenario));
    await door.page.locator('.venue ~ button').click();
  });
  for (const [state, name] of Object.entries(CAMERA_FAULTS))
    await lookOnce(stage, state, { before: refuseCamera(name) });
  await lookOnce(stage, 'camera-insecure', { before: WITHOUT_CAMERAS });
  await lookOnce(stage, 'asking', {}, async ({ page }) => {
    await page.route('**/v1/verifications', () => {});
    await page.locator('#typed').fill('a code that nobody is asked about');
    await page.locator('#typed').press('Enter');
  });
  await lookOnce(stage, 'several', {}, async (door) => {
    const { codes } = stage.run;
    await door.showPicture(qrPicture([codeOf(codes, '410000', 'green'), codeOf(codes, '410000', 'red')]));
    await door.page.locator('.choice canvas').waitFor();
  });
};

/** What the page says of its network, its trust and its clock. */
export const trouble: Scene = async (stage) => {
  const { codes } = stage.run;
  const offline = await openDoor(stage);
  await offline.cutNetwork();
  await offline.page.reload();
  await offline.page.locator(HELD).waitFor();
  await stage.look(offline, 'offline');
  await offline.page.clock.install({ time: Date.now() + 2 * 86_400_000 });
  await offline.type('a code that nobody is asked about');
  await offline.page.locator('[data-trust="lapsed"]').waitFor();
  await stage.look(offline, 'bundle-lapsed');
  await offline.page.reload();
  await offline.page.locator('[data-trust="none"]').waitFor();
  await stage.look(offline, 'offline-bare');
  await offline.context.close();
  await lookOnce(stage, 'bundle-none', {
    prepare: (page) => page.route('**/v1/trust-bundle**', (route) => route.fulfill({ status: 503, body: '{}' })),
    ready: '[data-trust="none"]',
  });
  await lookOnce(stage, 'clock-ahead', { prepare: setClock(120_000), ready: '[data-trust]' }, (door) =>
    clockOff(door, codeOf(codes, '410000', 'green')),
  );
  await lookOnce(stage, 'clock-behind', { prepare: setClock(-7_200_000), ready: '[data-trust]' }, (door) =>
    clockOff(door, codeOf(codes, '410000', 'green')),
  );
  // Everything of today has ended by a clock that is days ahead.
  await lookOnce(stage, 'clock-far-ahead', { prepare: setClock(2 * 86_400_000), ready: '[data-trust-refused]' });
  await lookOnce(stage, 'anchor-other', {}, async ({ page }) => {
    await page.evaluate(OTHER_ANCHOR);
    await page.reload();
    await page.locator('[data-trust-refused]').waitFor();
  });
};

const OTHER_ANCHOR = `(async () => {
  const kept = await caches.open('huren-scan-trust');
  const anchor = await (await kept.match('/scan/kept/anchor')).json();
  const other = async (key) => {
    const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    const { x, y } = await crypto.subtle.exportKey('jwk', publicKey);
    return { ...key, x, y };
  };
  const others = async (set) => ({ keys: await Promise.all(set.keys.map(other)) });
  const known = {
    entity_id: 'https://anchor.example',
    jwks: await others(anchor.jwks),
    ...(anchor.credential_signers && { credential_signers: await others(anchor.credential_signers) }),
  };
  await kept.put('/scan/kept/anchor', new Response(JSON.stringify(known)));
  await kept.delete('/scan/kept/bundle');
})()`;

const setClock = (byMs: number) => (page: Page) => page.clock.install({ time: Date.now() + byMs });

async function clockOff({ page }: DoorPage, code: string): Promise<void> {
  await page.locator('#typed').fill(code);
  await page.locator('#typed').press('Enter');
  await page.locator('#answer[data-verified]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-clock-ahead-s], [data-trust-refused]').first().waitFor();
}

/** Whoever has to sign in before anything is checked, and whoever has. */
export const signingIn: Scene = async (stage) => {
  const { gateway } = stage.run;
  const nobody = { venue: null, prepare: outsideSandbox({ login: true, venue: null }) } as const;
  await lookOnce(stage, 'sign-in', nobody);
  const failed = await openDoor(stage, nobody);
  await failed.page.goto(`${failed.page.url()}&login=failed`);
  await failed.page.locator('[role=alert]:not(:empty)').waitFor();
  await stage.look(failed, 'sign-in-failed');
  await failed.context.close();
  const token = await openDoor(stage, { venue: null, prepare: outsideSandbox({ login: false, venue: null }) });
  await stage.look(token, 'sign-in-token');
  await token.page.locator('#token').fill('no token');
  await token.page.locator('#token').press('Enter');
  await token.page.locator('.entry [role=alert]').waitFor();
  await stage.look(token, 'sign-in-token-refused');
  const { token: good } = await openVenueClient(gateway.url);
  await token.page.locator('#token').fill(bound(good));
  await token.page.locator('#token').press('Enter');
  await token.page.locator('.entry [role=alert]').filter({ hasText: 'DPoP' }).waitFor();
  await stage.look(token, 'sign-in-token-bound');
  await token.page.locator('#token').fill(good);
  await token.page.locator('#token').press('Enter');
  await token.page.locator('#typed').waitFor();
  await stage.look(token, 'token-in-use');
  await token.page.evaluate(UPDATED);
  await token.page.locator('.scanner > .notice').waitFor();
  await stage.look(token, 'token-update');
  await token.context.close();
  const ends_at = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
  const venue = { client_id: 'guangzhou-metro-line-3', kind: 'hospital', region: '440100', destination: '440000' };
  const staff = await openDoor(stage, {
    venue: null,
    prepare: outsideSandbox({ login: true, venue: { ...venue, ends_at } }),
  });
  await stage.look(staff, 'staff');
  await refusedAs(stage, staff, 'staff-not-admitted', 'token_invalid', 'region_refused');
  await nobody.prepare(staff.page);
  await sessionEnded(stage, staff);
  await staff.context.close();
};

async function refusedAs(stage: Stage, door: DoorPage, state: string, code: ProblemCode, reason?: AccessReason) {
  const letIn = await refuse(door.page, '**/v1/verifications', code, { reason });
  await door.page.locator('#typed').fill('a code that nobody is asked about');
  await door.page.locator('#typed').press('Enter');
  await door.answer();
  await stage.lookAtAnswer(door, state);
  await door.putAway();
  await letIn();
}

/** The session has ended while the page stood open: for one, and in the middle of a coach. */
async function sessionEnded(stage: Stage, door: DoorPage): Promise<void> {
  const { page } = door;
  await refusedAs(stage, door, 'staff-ended', 'token_missing');
  await stage.look(door, 'staff-ended-ready');
  await page.locator('.scanner .tools button').filter({ hasText: BATCH_NAME }).click();
  await page.locator('#codes').fill('a code that nobody is asked about\n'.repeat(3));
  await page.locator('.batch button[type=submit]').click();
  await page.locator('[data-batch="stopped"]').waitFor();
  await stage.look(door, 'staff-ended-batch');
}

/** The same token, as one that says that it is bound to a key. */
function bound(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = z.looseObject({}).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  const more = Buffer.from(JSON.stringify({ ...claims, cnf: { jkt: 'x'.repeat(43) } })).toString('base64url');
  return [header, more, signature].join('.');
}

/** Codes of several people, from an empty field to a table, and each way in which it stops. */
export const batch: Scene = async (stage) => {
  const { codes, gateway } = stage.run;
  const door = await openDoor(stage);
  const { page } = door;
  const start = page.locator('.batch button[type=submit]');
  await page.locator('.scanner .tools button').filter({ hasText: BATCH_NAME }).click();
  await stage.look(door, 'batch-empty');
  await start.click();
  await page.locator('.batch [role=alert]').waitFor();
  await stage.look(door, 'batch-none');
  await page.locator('#codes').fill('x\n'.repeat(1_001));
  await start.click();
  await stage.look(door, 'batch-too-many');
  const some = ['green', 'yellow', 'red', 'red-without-ground'].map((scenario) => codeOf(codes, '410000', scenario));
  const pass = await issuePass(gateway.url, some[0] ?? '');
  const more = [...some, pass, 'what no system issues', mutated(pass)];
  await page.locator('#codes').fill([...more, ...more, ...more].join('\n'));
  await stage.look(door, 'batch-filled');
  await start.click();
  await page.locator('[data-batch="done"]').waitFor();
  await stage.look(door, 'batch-done');
  await page.locator('.batch [aria-pressed]').nth(1).click();
  await stage.look(door, 'batch-open-only');
  await page.locator('#codes').fill(some[0] ?? '');
  await start.click();
  await page.locator('[data-batch="done"] tbody tr:only-child').waitFor();
  await page.locator('.batch [aria-pressed]').nth(1).click();
  await page.locator('.batch table[hidden]').waitFor({ state: 'attached' });
  await stage.look(door, 'batch-none-open');
  await page.route('**/v1/verifications/batch', async (route) => {
    const reply = await route.fetch();
    const { results } = z.object({ results: z.array(z.looseObject({})) }).parse(await reply.json());
    const put = results.map((result, at) => [result, { ...result, ...REPAINTED }, NOT_PERMITTED][at % 3]);
    await route.fulfill({ response: reply, json: { results: put } });
  });
  await page.locator('#codes').fill([...some, ...some].join('\n'));
  await start.click();
  await page.locator('[data-batch="done"] tbody tr').nth(7).waitFor();
  await stage.look(door, 'batch-each-word');
  await page.unroute('**/v1/verifications/batch');
  // Half of them come, and then nothing more.
  let asked = 0;
  await page.route('**/v1/verifications/batch', (route) => {
    asked += 1;
    if (asked === 1) void route.continue();
  });
  await page.locator('#codes').fill([...some, ...some, ...some, ...some, ...some, ...some, ...some].join('\n'));
  await start.click();
  await page.locator('tbody tr').nth(15).waitFor();
  await stage.look(door, 'batch-running');
  await page.evaluate(UPDATED);
  await page.locator('.notice').last().waitFor();
  await stage.look(door, 'batch-update');
  await door.context.close();
  const stopped = await openDoor(stage);
  await stopped.page.locator('.scanner .tools button').filter({ hasText: BATCH_NAME }).click();
  await stopped.cutNetwork();
  await stopped.page.locator('#codes').fill(some.join('\n'));
  await stopped.page.locator('.batch button[type=submit]').click();
  await stopped.page.locator('[data-batch="stopped"]').waitFor();
  await stage.look(stopped, 'batch-stopped');
  await stopped.context.close();
};

/** What a reply says that its attestation does not. */
const REPAINTED = { decision: 'pass', status: 'green' };
const { status, next, ...text } = PROBLEMS.check_not_permitted;
const NOT_PERMITTED = {
  type: 'urn:huren:problem:check_not_permitted',
  title: text.en,
  status,
  text,
  next,
  code: 'check_not_permitted',
};
const BATCH_NAME = /many codes|批量/;
/** What a browser says where a new version has taken over. */
const UPDATED = `[1, 2].forEach(() => navigator.serviceWorker.dispatchEvent(new Event('controllerchange')))`;
