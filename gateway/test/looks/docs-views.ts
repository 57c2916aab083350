import type { Page } from 'playwright-core';
import type { Views } from './view.ts';

const find = (words: string) => (page: Page) => page.locator('#find').fill(words);

/** The description of the API. */
export const DOCS_VIEWS: Views = {
  docs: { path: '/docs' },
  'docs-operation': { path: '/docs#verify', act: (page) => page.locator('#verify dt').first().waitFor() },
  'docs-example': {
    path: '/docs#verify',
    act: async (page) => {
      for (const example of await page
        .locator('#verify summary')
        .filter({ hasText: /Example|示例/ })
        .all())
        await example.click();
    },
  },
  'docs-problems': { path: '/docs#problems', act: (page) => page.locator('#problems dt').first().waitFor() },
  'docs-schema': {
    path: '/docs#schema-Mandate',
    act: (page) => page.locator('#schema-Mandate dt').first().waitFor(),
  },
  'docs-search': {
    path: '/docs',
    act: async (page) => {
      await find('proof_replayed')(page);
      await page.locator('#verify, #problems').first().waitFor();
    },
  },
  'docs-search-none': { path: '/docs', act: find('no such thing') },
  'docs-elsewhere': {
    path: '/docs',
    ready: '#schemas',
    told: (page) => page.route('**/sandbox/**', (route) => route.fulfill({ status: 404, body: '' })),
  },
  'docs-unreadable': {
    path: '/docs',
    ready: '.notice',
    told: (page) => page.route('**/openapi.json', (route) => route.abort()),
    act: (page) => page.getByText(/cannot be read|无法读取/).waitFor(),
  },
};
