import type { Page } from 'playwright-core';
import { type CountryState, madeUpCoverage } from './made-up-coverage.ts';
import type { Views } from './view.ts';

const CELL = 'issuer=410000&destination=440000';

/** The national desk, of a country that is made up: a sandbox has neither as many provinces nor as many scans. */
export const COVERAGE_VIEWS: Views = {
  coverage: { path: '/coverage' },
  'coverage-empty': { path: '/coverage', told: tellingOf('empty') },
  'coverage-few': { path: '/coverage', told: tellingOf('few') },
  'coverage-country': { path: '/coverage', told: tellingOf('whole') },
  'coverage-more': {
    path: '/coverage',
    told: tellingOf('whole'),
    act: async (page) => {
      for (const more of await page.locator('.desk details > summary').all()) await more.click();
    },
  },
  'coverage-cell': { path: `/coverage?${CELL}`, ready: '.detail dd', told: tellingOf('whole') },
  'coverage-cell-none': {
    path: '/coverage?issuer=110000&destination=110000',
    ready: '.detail',
    told: tellingOf('whole'),
  },
  'coverage-page': {
    path: '/coverage',
    ready: '.matrix',
    told: tellingOf('whole'),
    // On a phone an issuer a page: some way on in the country.
    act: async (page) => {
      await page.setViewportSize({ width: 390, height: 900 });
      await page.locator('.issuer-pages select').selectOption({ index: 15 });
      await page.locator('.issuer-pages button').last().click();
    },
  },
  'coverage-abroad': { path: '/coverage?issuer=900000', ready: '[data-country]', told: tellingOf('abroad') },
  'coverage-abroad-cell': {
    path: '/coverage?issuer=900000&destination=410000',
    ready: '[data-country]',
    told: tellingOf('abroad'),
  },
  'coverage-row': { path: '/coverage?issuer=410000', ready: '.detail dd', told: tellingOf('few') },
  'coverage-asked': { path: '/coverage?window=30d&venue_kind=hospital&reason=too_old', told: tellingOf('few') },
  'coverage-province': { path: '/coverage?province=410000', ready: '#history li', told: tellingOf('whole') },
  'coverage-province-none': { path: '/coverage?province=120000', ready: '#history', told: tellingOf('empty') },
  'coverage-polling': {
    path: '/coverage',
    ready: '[data-live="polling"]',
    told: async (page) => {
      await tellingOf('few')(page);
      await page.route('**/v1/coverage/events', (route) => route.abort());
    },
  },
  'coverage-lost': {
    path: '/coverage',
    ready: '.matrix',
    told: tellingOf('few'),
    act: async (page) => {
      await page.route('**/v1/coverage?**', (route) => route.abort());
      await page.locator('select[name="window"]').selectOption('7d');
      await page.locator('[data-live="lost"]').waitFor();
    },
  },
  'coverage-unreadable': {
    path: '/coverage',
    ready: '[data-live="lost"]',
    told: (page) => page.route('**/v1/coverage?**', (route) => route.abort()),
  },
};

/** Answers the page's questions out of a state that is made up, as often as they are put. */
function tellingOf(state: CountryState): (page: Page) => Promise<void> {
  return async (page) => {
    await page.route('**/v1/coverage?**', async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const closely = { issuer: query.get('issuer') ?? undefined, destination: query.get('destination') ?? undefined };
      await route.fulfill({ json: madeUpCoverage(state, closely) });
    });
  };
}
