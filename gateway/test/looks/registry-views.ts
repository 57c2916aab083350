import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { CoverageCells } from '../../../schemas/coverage.ts';
import { PROBLEMS } from '../../../schemas/problem.ts';
import type { Views } from './view.ts';

const DRAFT = join(import.meta.dirname, '../../policy/samples/exception.json');
const PENDING = '#pending-120000-0\\.3\\.0';
/** Its key is enrolled. */
const READY = '#operator > .proof.good';

/** The registry's page: as anybody sees it, and as an operator does. */
export const REGISTRY_VIEWS: Views = {
  registry: { path: '/registry' },
  'registry-province': {
    path: '/registry#province-140000',
    act: async (page) => {
      await page.locator('#province-140000 .proof.good').nth(3).waitFor();
      await page.locator('#province-140000 .report summary').click();
      await page.locator('#province-140000 .report li').first().waitFor();
    },
  },
  'registry-division': {
    path: '/registry#province-120000-120116',
    act: (page) => page.locator('#province-120000-120116 .proof.good').first().waitFor(),
  },
  'registry-none-found': { path: '/registry', act: (page) => page.locator('#find-province').fill('?') },
  'registry-history': {
    path: '/registry#history',
    act: async (page) => {
      await page.locator('#history-kind').selectOption('all');
      await page.locator('#history li').nth(9).waitFor();
    },
  },
  'registry-entities': {
    path: '/registry#all-entities',
    act: async (page) => {
      const boxes = page.locator('#all-entities details > summary');
      await boxes.first().click();
      await page.locator('#all-entities dt').first().waitFor();
    },
  },
  'registry-draft': {
    path: '/registry',
    told: (page) => page.route('**/v1/coverage/cells?**', (route) => route.fulfill({ json: COUNTED })),
    act: async (page) => {
      await page.locator('#draft input').setInputFiles(DRAFT);
      await page.locator('#draft [data-changed]').waitFor();
    },
  },
  'registry-draft-none': {
    path: '/registry',
    act: async (page) => {
      await page.locator('#draft input').setInputFiles(import.meta.filename);
      await page.locator('#draft .proof.bad').waitFor();
    },
  },
  'registry-forked': {
    path: '/registry',
    act: async (page) => {
      const kept = `localStorage.getItem('huren-registry-log')`;
      await page.evaluate(`localStorage.setItem('kept', ${kept})`);
      await page.evaluate(`localStorage.setItem('huren-registry-log', ${kept}.replace(/"root":"./, '"root":"_'))`);
      await page.reload();
      await page.locator('[data-log-fault]').waitFor();
      await page.evaluate(`localStorage.setItem('huren-registry-log', localStorage.getItem('kept'))`);
    },
  },
  'registry-lost': {
    path: '/registry',
    ready: '[data-live="lost"] #log .proof',
    told: (page) => page.route('**/v1/log/checkpoint?since=*', (route) => route.abort()),
    act: async (page) => {
      await page.route('**/v1/**', (route) => route.abort());
      await page.locator('[data-live="lost"]').waitFor();
    },
  },
  'registry-unreadable': {
    path: '/registry',
    ready: '[data-live="lost"]',
    told: (page) => page.route('**/v1/**', (route) => route.abort()),
  },
  'registry-login-failed': {
    path: '/registry?login=failed',
    act: (page) => page.locator('#operator [role="alert"]').waitFor(),
  },
  'registry-no-key': {
    path: '/registry',
    as: 'operator',
    ready: '#operator .notice',
    told: async (page) => {
      await page.addInitScript(`IDBFactory.prototype.open = () => { throw new Error('kept nowhere') }`);
    },
  },
  'registry-operator': { path: '/registry', as: 'operator', ready: READY },
  'registry-enrol': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.locator('#operator details.aside > summary').first().click();
      await page.locator('#enrol-jwk').fill('{"kty":');
    },
  },
  'registry-reject': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.locator(`${PENDING} details.aside > summary`).click();
      await page.locator(`${PENDING} select`).selectOption('authority_wrong');
    },
  },
  'registry-canary': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.locator('#pending-120000-0\\.2\\.0 input[type="checkbox"]').check();
      await page.locator('#pending-120000-0\\.2\\.0 input[value="canary"]').check();
    },
  },
  'registry-suspend': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: (page) => fillSuspension(page),
  },
  'registry-refused': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    told: (page) => page.route('**/v1/registry/events', (route) => route.fulfill({ status, json: REFUSAL })),
    act: async (page) => {
      await suspend(page);
      await page.locator('#suspend .proof.bad').waitFor();
    },
  },
  'registry-suspended': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await suspend(page);
      await page.locator('.outcome').filter({ hasText: '✓' }).waitFor();
    },
  },
  'registry-resumed': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.locator('#resume-520000 button').click();
      await page.locator('#resume-520000').waitFor({ state: 'detached' });
    },
  },
  'registry-roll-back': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.locator('#roll-back-province').selectOption('120000');
      await page.locator('#roll-back-to').selectOption('0.1.0');
      await page.locator('#roll-back-name').fill('T');
    },
  },
  'registry-session-ended': {
    path: '/registry',
    as: 'operator',
    ready: READY,
    act: async (page) => {
      await page.route('**/registry/session', (route) => route.fulfill({ json: { login: true, operator: null } }));
      await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      await page.locator('#operator a.button').waitFor();
    },
  },
};

async function fillSuspension(page: Page): Promise<void> {
  const name = new URL(page.url()).searchParams.get('lang') === 'zh' ? '贵州' : 'Guizhou';
  await page.locator('#suspend-province').selectOption('520000');
  await page.locator('#suspend-reason').selectOption('misuse');
  await page.locator('#suspend-name').fill(name);
}

async function suspend(page: Page): Promise<void> {
  await fillSuspension(page);
  await page.locator('#suspend button').click();
}

const { status, zh, en, next } = PROBLEMS.log_conflict;
const REFUSAL = { type: 'about:blank', title: en, status, code: 'log_conflict', text: { zh, en }, next };

const COUNTED: CoverageCells = {
  window: '24h',
  generated_at: '2026-11-26T08:00:00Z',
  destination: '460000',
  cells: (['410000', '150000', '440000'] as const).flatMap((issuer, n) =>
    (['airport', 'port_of_entry', 'hospital'] as const).map((venue_kind, m) => ({
      ...{ issuer, venue_kind, n: 41_233 >> (n + m) },
      cell: 'green/signed/transport/live/fresh/-/-',
    })),
  ),
  undecided: 204,
  suppressed_below: 11,
};
