import type { Page, Route } from 'playwright-core';
import { z } from 'zod';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { PROBLEMS } from '../../../schemas/problem.ts';
import {
  codeOf,
  type DoorPage,
  issuePass,
  mutated,
  outsideSandbox,
  qrPicture,
  refusedWith,
  revokePass,
} from '../scan-page.ts';
import { postRecord, setFault } from '../venue-client.ts';
import { openDoor, type Scene, type Stage } from './scene.ts';

/** Answers by province and scenario, and what each has to come to: every decision, and each kind of remedy. */
const ANSWERS = {
  green: ['410000', 'green', 'pass'],
  'certificate-good': ['900000', 'green', 'pass'],
  yellow: ['410000', 'yellow', 'restrict'],
  red: ['410000', 'red', 'restrict'],
  'red-within-24-h': ['460000', 'red', 'restrict'],
  'red-within-48-h': ['520000', 'red', 'restrict'],
  'red-long-number': ['370000', 'red', 'restrict'],
  'red-long-remedy': ['310000', 'red', 'restrict'],
  'red-of-the-nation': ['000000', 'red', 'restrict'],
  unsubstantiated: ['410000', 'red-without-ground', 'refer'],
  'pop-up': ['110000', 'pop-up-1', 'refer'],
  'too-old': ['420000', 'green-four-days-old', 'refer'],
  pending: ['110000', 'cannot-confirm', 'refer'],
  contradicted: ['440000', 'foreign-push-contradicted', 'refer'],
  unmapped: ['410000', 'undocumented-value', 'refer'],
  'certificate-not-accepted': ['900000', 'forged', 'refer'],
  'certificate-is-link': ['900000', 'link', 'refer'],
} as const;
const HOUR_MS = 3_600_000;
const REMEDY_WITHOUT_PHONE = {
  authority: { zh: '所在地疫情防控指挥部', en: 'The epidemic headquarters of the place of residence' },
  phone: null,
  url: 'https://appeal.example/health-code',
  within_hours: 24,
};

async function show({ run, lookAtAnswer }: Stage, door: DoorPage, state: string, code: string, outcome: string) {
  await door.page.locator('#typed').fill(code);
  await door.page.locator('#typed').press('Enter');
  const { decision, problem, failure, words } = await door.answer();
  if (![decision, problem, failure].includes(outcome)) {
    run.fault(`${state}: ${decision} ${problem} ${failure}: ${words.replaceAll(/\s+/g, ' ')}`);
  }
  await lookAtAnswer(door, state);
  await door.putAway();
}

/** What somebody at a door is told of a code. */
export const answers: Scene = async (stage) => {
  const { codes, gateway } = stage.run;
  const door = await openDoor(stage);
  for (const state of keysOf(ANSWERS)) {
    const [province, scenario, decision] = ANSWERS[state];
    await show(stage, door, state, codeOf(codes, province, scenario), decision);
  }
  const green = codeOf(codes, '420000', 'green');
  await door.type(green);
  await setFault(gateway.url, '420000', { status: 503 }, { keep_cache: true });
  await show(stage, door, 'stale', green, 'pass');
  await setFault(gateway.url, '420000', { status: 503 });
  await show(stage, door, 'issuer-away', codeOf(codes, '420000', 'red'), 'refer');
  await setFault(gateway.url, '420000', null);
  for (const [state, change, outcome] of [
    ['red-no-phone', { remedy: REMEDY_WITHOUT_PHONE }, 'restrict'],
    ['unverified', { decision: 'pass', status: 'green' }, 'reply_mismatch'],
  ] as const) {
    const put = async (route: Route) => {
      const reply = await route.fetch();
      const body = z.looseObject({}).parse(await reply.json());
      await route.fulfill({ response: reply, json: { ...body, ...change } });
    };
    await door.page.route('**/v1/verifications', put);
    await show(stage, door, state, codeOf(codes, '410000', 'red'), outcome);
    await door.page.unroute('**/v1/verifications', put);
  }
  await door.context.close();
};

/** Passes and certificates that are verified here, with and without a network. */
export const carried: Scene = async (stage) => {
  const { codes, gateway } = stage.run;
  const green = codeOf(codes, '410000', 'green');
  const [pass, withdrawn, elsewhere] = await Promise.all([
    issuePass(gateway.url, green),
    issuePass(gateway.url, codeOf(codes, '330000', 'green')),
    issuePass(gateway.url, green, 'shanghai-railway-station', 'transport_boarding'),
  ]);
  await revokePass(gateway.url, withdrawn);
  const door = await openDoor(stage);
  await show(stage, door, 'pass', pass, 'pass');
  await show(stage, door, 'pass-altered', mutated(pass), 'signature_invalid');
  await show(stage, door, 'pass-withdrawn', withdrawn, 'status_revoked');
  await show(stage, door, 'pass-elsewhere', elsewhere, 'pass_elsewhere');
  await door.cutNetwork();
  await show(stage, door, 'certificate-offline', codeOf(codes, '900000', 'green'), 'pass');
  await show(stage, door, 'certificate-forged-offline', codeOf(codes, '900000', 'forged'), 'signature_invalid');
  await show(stage, door, 'code-offline', green, 'gateway_unreachable');
  // The list that this page has fetched itself has ended by then.
  await door.page.clock.install({ time: Date.now() + 5 * HOUR_MS });
  await show(stage, door, 'pass-untold', pass, 'status_list_stale');
  await door.context.close();
  // Hubei's green lasts three days, and the pass for one of nearly that age only hours.
  const nearlyOver = await postRecord(gateway.url, '420000', {
    ys: '绿',
    gxsj: beijingTime(Date.now() - 66 * HOUR_MS),
  });
  await later(stage, pass, await issuePass(gateway.url, nearlyOver));
  await bare(stage, pass);
};

function beijingTime(atMs: number): string {
  return new Date(atMs + 8 * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** The same pass hours and days later, at a door that has been without a network since. */
async function later(stage: Stage, pass: string, shortLived: string): Promise<void> {
  const door = await openDoor(stage);
  await door.cutNetwork();
  await door.page.clock.install({ time: Date.now() + 5 * HOUR_MS });
  await show(stage, door, 'pass-aged', pass, 'pass');
  await door.page.clock.setSystemTime(Date.now() + 8 * HOUR_MS);
  await show(stage, door, 'pass-expired', shortLived, 'expired');
  await door.page.clock.setSystemTime(Date.now() + 48 * HOUR_MS);
  await show(stage, door, 'pass-with-lapsed-bundle', pass, 'bundle_lapsed');
  await door.page.clock.setSystemTime(Date.now() - HOUR_MS);
  await show(stage, door, 'pass-with-clock-behind', pass, 'clock_behind');
  await door.context.close();
}

/** What somebody is told who is signed in for no venue, and whose device trusts nobody yet. */
async function bare(stage: Stage, pass: string): Promise<void> {
  const nobody = await openDoor(stage, { venue: null, prepare: outsideSandbox({ login: true, venue: null }) });
  await show(stage, nobody, 'not-signed-in', codeOf(stage.run.codes, '410000', 'green'), 'access_missing');
  await nobody.context.close();
  const away = (page: Page) =>
    page.route('**/v1/trust-bundle**', (route) => route.fulfill({ status: 503, body: '{}' }));
  const untrusting = await openDoor(stage, { prepare: away, ready: '[data-trust="none"]' });
  await show(stage, untrusting, 'pass-without-bundle', pass, 'bundle_missing');
  await untrusting.context.close();
}

/** Each code with which a gateway refuses, and what the page finds itself. */
export const refusals: Scene = async (stage) => {
  const door = await openDoor(stage);
  for (const code of keysOf(PROBLEMS)) {
    // As a gateway does: with when to come back, where it is asked too much.
    const retryAfter = [429, 503].includes(PROBLEMS[code].status) ? '7' : undefined;
    await refusedWith(door, code, { retryAfter, look: () => stage.lookAtAnswer(door, `problem-${code}`) });
  }
  await door.showPicture(qrPicture([]));
  await door.answer();
  await stage.lookAtAnswer(door, 'picture-without-code');
  await door.putAway();
  await door.showPicture(Buffer.from('no picture'));
  await door.answer();
  await stage.lookAtAnswer(door, 'picture-unreadable');
  await door.putAway();
  await door.page.route('**/v1/verifications', (route) => route.fulfill({ status: 200, body: 'no reply' }));
  await show(stage, door, 'reply-unreadable', 'a code', 'reply_unreadable');
  await door.context.close();
};
