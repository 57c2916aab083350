import type { Page } from 'playwright-core';
import { READY_PAGES } from '../pages.ts';
import type { View } from './view.ts';

/** Brings a page into a state, in one language. Throws where it does not come to it. */
export async function showView(page: Page, url: string, view: View, lang: string): Promise<void> {
  const address = new URL(view.path, url);
  address.searchParams.set('lang', lang);
  await view.told?.(page);
  await page.goto(address.href);
  await page
    .locator(view.ready ?? READY_PAGES.get(address.pathname) ?? 'h1')
    .first()
    .waitFor();
  await view.act?.(page);
}
