import type { Page } from 'playwright-core';
import { entityListSchema, versionDocumentSchema } from '../../../schemas/registry-views.ts';
import { makeLogKey } from '../../registry/registry.fixture.ts';
import { telling } from './telling.ts';
import type { View, Views } from './view.ts';

const KEPT = 'huren-registry-log';
const PROVINCE = '#province-140000';
const FAULT = '[data-log-fault]';

/** The registry's page where it is not to be believed: its log, an entry, a report, the bytes of a version. */
export const REGISTRY_DOUBT_VIEWS: Views = {
  'registry-forked': remembering({ root: Buffer.alloc(32, 7).toString('base64') }),
  'registry-behind': remembering({ size: 1_000_000 }),
  'registry-keys-changed': remembering({ keys: [makeLogKey('another-registry').verifierKey] }),
  'registry-unsigned': {
    path: '/registry',
    ready: FAULT,
    told: altered((note) => note.replace(/\n(\d+)\n/, '\n1$1\n')),
  },
  'registry-log-unreadable': { path: '/registry', ready: FAULT, told: altered(() => 'no checkpoint') },
  'registry-unproved': {
    path: `/registry${PROVINCE}`,
    told: telling('**/v1/registry/entities', entityListSchema, ({ entities, ...rest }) => ({
      ...rest,
      entities: entities.map((entity) => ({ ...entity, keys: [] })),
    })),
    act: async (page) => {
      await page.locator(`${PROVINCE} .proof.bad`).nth(3).waitFor();
      await page.locator(FAULT).waitFor();
    },
  },
  'registry-entries-lost': {
    path: `/registry${PROVINCE}`,
    told: (page) => page.route('**/v1/log/tile/entries/**', (route) => route.abort()),
    act: async (page) => {
      await page.locator(`${PROVINCE} .proof.unchecked`).nth(3).waitFor();
      await page.locator(FAULT).waitFor();
    },
  },
  'registry-report-wrong': {
    path: `/registry${PROVINCE}`,
    told: (page) => page.route('**/versions/*/report', (route) => route.fulfill({ json: {} })),
    act: async (page) => {
      await page.locator(`${PROVINCE} .report summary`).click();
      await page.locator(`${PROVINCE} .report .proof.bad`).waitFor();
    },
  },
  'registry-bytes-wrong': {
    path: '/registry',
    as: 'operator',
    ready: '#pending-120000-0\\.3\\.0 > .proof.bad',
    told: telling('**/adapters/120000/versions/0.3.0', versionDocumentSchema, (said) => ({
      ...said,
      manifest: `${said.manifest} `,
    })),
  },
  'registry-operator-behind': { ...remembering({ size: 1_000_000 }, '#suspend'), as: 'operator' },
};

/** A browser that saw another log before, for as long as this page is open. */
function remembering(change: object, shown = FAULT): View {
  const script = `const seen = Storage.prototype.getItem;
    Storage.prototype.getItem = function (name) {
      const kept = seen.call(this, name);
      if (name !== '${KEPT}' || kept === null) return kept;
      return JSON.stringify({ ...JSON.parse(kept), ...${JSON.stringify(change)} });
    };`;
  return {
    path: '/registry',
    act: async (page) => {
      await page.addInitScript(script);
      await page.reload();
      await page.locator(shown).waitFor();
    },
  };
}

/** A checkpoint that says something else than the log's key signed. */
function altered(change: (note: string) => string): (page: Page) => Promise<unknown> {
  return (page) =>
    page.route('**/v1/log/checkpoint', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: change(await response.text()) });
    });
}
