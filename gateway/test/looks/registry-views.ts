import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { deviationsViewSchema, entityListSchema, mandateListSchema } from '../../../schemas/registry-views.ts';
import { countedAt, inEachState, withFormerKeys, withoutBasis } from './made-up-registry.ts';
import { REGISTRY_DOUBT_VIEWS } from './registry-doubt-views.ts';
import { REGISTRY_OPERATOR_VIEWS } from './registry-operator-views.ts';
import { telling } from './telling.ts';
import type { View, Views } from './view.ts';

const SAMPLES = join(import.meta.dirname, '../../policy/samples');

/** The registry's page: as anybody sees it, where it is not to be believed, and as an operator has it. */
export const REGISTRY_VIEWS: Views = {
  'registry-reading': {
    path: '/registry',
    ready: '.registry > [role="status"]',
    told: (page) => page.route('**/v1/registry/**', () => undefined),
  },
  registry: { path: '/registry' },
  'registry-empty': {
    path: '/registry',
    told: async (page) => {
      for (const list of ['adapters', 'mandates', 'policies']) {
        await page.route(`**/v1/registry/${list}`, (route) => route.fulfill({ json: { [list]: [] } }));
      }
    },
  },
  'registry-province': provinceView('140000', async (page) => {
    await page.locator('#province-140000 .report summary').click();
    await page.locator('#province-140000 .report li').first().waitFor();
  }),
  'registry-province-suspended': provinceView('460000'),
  'registry-province-trial': provinceView('120000', async (page) => {
    await page.locator('#province-120000 .report summary').first().click();
    await page.locator('#province-120000 .report code').first().waitFor();
  }),
  'registry-division': provinceView('120000-120116'),
  'registry-found': { path: '/registry', act: (page) => page.locator('#find-province').fill('河') },
  'registry-none-found': { path: '/registry', act: (page) => page.locator('#find-province').fill('?') },
  'registry-history': {
    path: '/registry#history',
    act: async (page) => {
      await page.locator('#history-kind').selectOption('all');
      await page.locator('#history li').nth(9).waitFor();
      await page.locator('#history > button').click();
      await page.locator('#history li').nth(19).waitFor();
    },
  },
  'registry-rules': {
    path: '/registry',
    told: async (page) => {
      await telling('**/v1/registry/mandates', mandateListSchema, ({ mandates }) => ({
        mandates: inEachState(mandates),
      }))(page);
      await telling('**/v1/registry/policies/*/deviations', deviationsViewSchema, withoutBasis)(page);
    },
    act: async (page) => {
      await page.locator('#history-kind').selectOption('rules');
      await page.locator('#history [data-kind="mandate_issued"]').first().waitFor();
    },
  },
  'registry-entities': {
    path: '/registry#all-entities',
    told: telling('**/v1/registry/entities', entityListSchema, (said) => ({
      ...said,
      entities: withFormerKeys(said.entities),
    })),
    act: async (page) => {
      const boxes = page.locator('#all-entities details > summary');
      await boxes.first().click();
      await page.locator('#all-entities dt').nth(3).waitFor();
    },
  },
  'registry-draft': draftView('exception'),
  'registry-draft-equal': draftView('equal'),
  'registry-draft-refused': draftView('refused'),
  'registry-draft-uncounted': {
    path: '/registry',
    told: (page) => page.route('**/v1/coverage/cells?**', (route) => route.abort()),
    act: async (page) => {
      await page.locator('#draft input').setInputFiles(join(SAMPLES, 'exception.json'));
      await page.locator('#draft [role="status"] strong').waitFor();
    },
  },
  'registry-draft-none': {
    path: '/registry',
    act: async (page) => {
      await page.locator('#draft input').setInputFiles(import.meta.filename);
      await page.locator('#draft .proof.bad').waitFor();
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
  ...REGISTRY_DOUBT_VIEWS,
  ...REGISTRY_OPERATOR_VIEWS,
};

/** One system's box, with everything in it proved. */
function provinceView(slug: string, then?: (page: Page) => Promise<void>): View {
  return {
    path: `/registry#province-${slug}`,
    act: async (page) => {
      await page.locator(`#province-${slug} .proof.good`).nth(1).waitFor();
      await page.locator(`#province-${slug} .proof.checking`).first().waitFor({ state: 'detached' });
      await then?.(page);
    },
  };
}

/** A draft of a table, tried against a day that was counted. */
function draftView(sample: string): View {
  return {
    path: '/registry',
    told: (page) =>
      page.route('**/v1/coverage/cells?**', (route) => {
        const destination = new URL(route.request().url()).searchParams.get('destination');
        return route.fulfill({ json: countedAt(provinceCodeSchema.parse(destination)) });
      }),
    act: async (page) => {
      await page.locator('#draft input').setInputFiles(join(SAMPLES, `${sample}.json`));
      await page.locator('#draft [data-changed]').waitFor();
    },
  };
}
