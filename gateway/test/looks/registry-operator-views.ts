import type { Page, Route } from 'playwright-core';
import { PROBLEMS } from '../../../schemas/problem.ts';
import { forgedReceipt } from '../registry-page.ts';
import type { View, Views } from './view.ts';

const PENDING = '#pending-120000-0\\.3\\.0';
/** Its key is enrolled. */
const READY = '#operator > .proof.good';
const { status, zh, en, next } = PROBLEMS.log_conflict;
const REFUSAL = { type: 'about:blank', title: en, status, code: 'log_conflict', text: { zh, en }, next };

/** The registry's page as an operator has it, whose key in this browser is enrolled. */
export const REGISTRY_OPERATOR_VIEWS: Views = {
  'registry-no-key': {
    path: '/registry',
    as: 'operator',
    ready: '#operator .notice',
    told: (page) => page.addInitScript(`IDBFactory.prototype.open = () => { throw new Error('kept nowhere') }`),
  },
  'registry-key-missing': { path: '/registry', as: 'operator', ready: '#operator > p > button', told: keepElsewhere },
  'registry-key-made': {
    path: '/registry',
    as: 'operator',
    ready: '#operator > p > button',
    told: keepElsewhere,
    act: async (page) => {
      await page.locator('#operator > p:not(.who) > button').first().click();
      await page.locator('#enrol-command').waitFor();
    },
  },
  'registry-operator': operator(),
  'registry-nothing-waits': {
    ...operator(),
    told: (page) => page.route('**/v1/registry/adapters', (route) => route.fulfill({ json: { adapters: [] } })),
  },
  'registry-enrol': operator(async (page) => {
    await page.locator('#operator details.aside > summary').first().click();
    await page.locator('#enrol-jwk').fill('{"kty":');
  }),
  'registry-reject': operator(async (page) => {
    await page.locator(`${PENDING} details.aside > summary`).click();
    await page.locator(`${PENDING} select`).selectOption('authority_wrong');
    await page.locator('#reject-name-120000-0\\.3\\.0').fill('T');
  }),
  'registry-approve': operator(async (page) => {
    await page.locator(`${PENDING} .report summary`).click();
    await page.locator(`${PENDING} .report li`).first().waitFor();
    await page.locator(`${PENDING} input[type="checkbox"]`).check();
  }),
  'registry-canary': operator(async (page) => {
    await page.locator('#pending-120000-0\\.2\\.0 input[type="checkbox"]').check();
    await page.locator('#pending-120000-0\\.2\\.0 input[value="canary"]').check();
  }),
  'registry-suspend': operator(fillSuspension),
  'registry-suspend-other': operator(async (page) => {
    await fillSuspension(page);
    await page.locator('#suspend-province').selectOption('410000');
  }),
  'registry-sending': operator(async (page) => {
    // Nothing of it leaves the page: what is held back on its way is let go when the page closes, and would stop a province.
    await page.evaluate(
      `{ const ask = fetch; fetch = (at, how) => how.method === 'POST' ? new Promise(() => {}) : ask(at, how); }`,
    );
    await suspend(page);
    await page.locator('#suspend > [role="status"]:not(:empty)').waitFor();
  }),
  'registry-refused': answeredWith((route) => route.fulfill({ status, json: REFUSAL })),
  'registry-no-answer': answeredWith((route) => route.abort()),
  'registry-receipt-wrong': answeredWith((route) => {
    const request = route.request();
    const json = forgedReceipt(request.postData() ?? '', new URL(request.url()).host);
    return route.fulfill({ status: 201, json });
  }),
  'registry-suspended': { ...operator(untilSuspended), undo: resume },
  'registry-resumed': operator(async (page) => {
    await untilSuspended(page);
    await resume(page);
  }),
  'registry-roll-back': operator(async (page) => {
    await page.locator('#roll-back-province').selectOption('120000');
    await page.locator('#roll-back-to').selectOption('0.1.0');
    await page.locator('#roll-back-name').fill('T');
  }),
  'registry-session-ended': operator(async (page) => {
    await page.route('**/registry/session', (route) => route.fulfill({ json: { login: true, operator: null } }));
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.locator('#operator a.button').waitFor();
  }),
};

function operator(act?: View['act']): View {
  return { path: '/registry', as: 'operator', ready: READY, ...(act === undefined ? {} : { act }) };
}

/** A suspension that the gateway answers so. */
function answeredWith(answer: (route: Route) => unknown): View {
  return operator(async (page) => {
    await page.route('**/v1/registry/events', answer);
    await suspend(page);
    await page.locator('#suspend > .proof.bad').waitFor();
  });
}

async function suspend(page: Page): Promise<void> {
  await fillSuspension(page);
  await page.locator('#suspend button').click();
}

async function untilSuspended(page: Page): Promise<void> {
  await suspend(page);
  await page.locator('.outcome').filter({ hasText: '✓' }).waitFor();
  await page.locator('#resume-520000').waitFor();
}

async function resume(page: Page): Promise<void> {
  await page.locator('#resume-520000 button').click();
  await page.locator('#resume-520000').waitFor({ state: 'detached' });
}

async function fillSuspension(page: Page): Promise<void> {
  const name = new URL(page.url()).searchParams.get('lang') === 'zh' ? '贵州' : 'Guizhou';
  await page.locator('#suspend-province').selectOption('520000');
  await page.locator('#suspend-reason').selectOption('misuse');
  await page.locator('#suspend-name').fill(name);
}

/** A browser with a key of nobody, and another place for one that is made. */
function keepElsewhere(page: Page): Promise<unknown> {
  return page.addInitScript(`const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name, version) { return open.call(this, name + performance.timeOrigin, version); };`);
}
