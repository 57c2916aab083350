import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { sandboxCodesSchema } from '../../../schemas/sandbox.ts';
import { ROOT } from '../import-graph.ts';
import { codeOf } from '../scan-page.ts';
import { COVERAGE_VIEWS } from './coverage-views.ts';
import { showView } from './show-view.ts';
import type { View } from './view.ts';

interface ReadmePicture {
  readonly view: View | undefined;
  /** In CSS pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** What of the page is in it; unless told, what the window shows. */
  readonly of?: string;
}

const PHONE = { width: 360, height: 780 };
const DESK = { width: 900, height: 540 };

/** The pictures that a reader meets first: two answers at a door, who recognises whom, and who says so. */
export const README_PICTURES = {
  'scan-pass': { view: answered('green'), size: PHONE },
  'scan-refer': { view: answered('red-without-ground'), size: PHONE },
  coverage: { view: COVERAGE_VIEWS['coverage-few'], size: DESK, of: '.matrix' },
  registry: { view: approved('140000'), size: DESK },
} as const satisfies Record<string, ReadmePicture>;
export const README_LANGUAGES = ['en', 'zh'] as const;

/** Where one of them lies, from the root. */
export function placeOf(name: string, lang: string): string {
  return `deploy/pictures/${name}.${lang}.png`;
}

/** Takes them all anew, off a sandbox in which the registry's stages were played. */
export async function takeReadmePictures(browser: Browser, url: string): Promise<void> {
  mkdirSync(join(ROOT, 'deploy/pictures'), { recursive: true });
  for (const lang of README_LANGUAGES) {
    for (const name of keysOf(README_PICTURES)) {
      const { view, size, of }: ReadmePicture = README_PICTURES[name];
      if (view === undefined) throw new Error(`there is no view for ${name}`);
      const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
      await showView(page, url, view, lang);
      const path = join(ROOT, placeOf(name, lang));
      await (of === undefined ? page.screenshot({ path }) : page.locator(of).first().screenshot({ path }));
      console.error(path);
      await page.close();
    }
  }
}

/** A province's system, with every step of its approval proved. */
function approved(province: string): View {
  const box = `#province-${province}`;
  const act = async (page: Page) => {
    await page.locator(`${box} .proof.good`).nth(3).waitFor();
    await page.locator(box).evaluate((element) => element.scrollIntoView());
  };
  return { path: `/registry${box}`, act };
}

function answered(scenario: string): View {
  const act = async (page: Page) => {
    const reply = await page.context().request.get(new URL('/sandbox/codes', page.url()).href);
    const codes = sandboxCodesSchema.parse(await reply.json());
    await page.locator('[data-trust="held"]').waitFor();
    await page.locator('#typed').fill(codeOf(codes, '410000', scenario));
    await page.locator('.entry button[type=submit]').click();
    await page.locator('#answer[data-verified="true"]').waitFor();
    // No ring round the way on: a picture has no focus.
    await page.evaluate('document.activeElement.blur()');
  };
  return { path: '/scan?venue=guangzhou-hospital', act };
}
