import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { seriousFindings } from '../accessibility.ts';
import type { DeskNotes } from './run.ts';

const WIDTHS = [1920, 1280, 390] as const;
const LANGUAGES = ['zh', 'en'] as const;
const SCHEMES = ['light', 'dark'] as const;
/** The whole, what is behind a cell, and a province's own page. */
const QUESTIONS = ['', '&issuer=410000&destination=440000', '&province=440000'] as const;

/** Waits until the page has read something. On a telephone the cells of one issuer are in sight, whichever that is. */
async function cellShown(page: Page): Promise<void> {
  await page.locator('[data-issuer]').filter({ visible: true }).first().waitFor({ timeout: 30_000 });
}

/** A desk of the whole country at every width, in both languages and schemes, and on paper. */
export async function everyLook(browser: Browser, url: string, { options, note, fault }: DeskNotes): Promise<void> {
  const { pictures } = options;
  if (pictures !== null) mkdirSync(pictures, { recursive: true });
  let looks = 0;
  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const colorScheme of SCHEMES) {
        const viewport = { width, height: width < 700 ? 844 : 1080 };
        const context = await browser.newContext({ viewport, colorScheme, ignoreHTTPSErrors: true });
        const page = await context.newPage();
        for (const [at, question] of QUESTIONS.entries()) {
          const name = `${width}-${lang}-${colorScheme}-${at}`;
          await page.goto(`${url}/coverage?lang=${lang}${question}`);
          await cellShown(page);
          looks += 1;
          for (const { id, nodes } of await seriousFindings(page))
            fault(`${name}: ${id} ${nodes.slice(0, 3).join(' ')}`);
          if (Number(await page.evaluate('document.documentElement.scrollWidth')) > width) fault(`${name}: too wide`);
          // What stays in sight while the page is scrolled stands where it begins.
          await page.evaluate('scrollTo(0, 0)');
          if (pictures !== null) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: width > 700 });
        }
        if (pictures !== null && width === 1280) {
          await page.goto(`${url}/coverage?lang=${lang}`);
          await cellShown(page);
          await page.pdf({ path: join(pictures, `print-${lang}-${colorScheme}.pdf`), format: 'A3', landscape: true });
        }
        await context.close();
      }
    }
  }
  note(`${looks} looks at the page, each without a serious finding unless one is named`);
}
