import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { keysOf } from '../../schemas/code-lists/index.ts';
import { PAGE_TEXTS } from '../../schemas/texts/shell.ts';
import { startChromium } from './chromium.ts';
import { READY_PAGES } from './pages.ts';

const HELP = `screenshots: pictures of every page of a running gateway.

  node gateway/test/screenshots.ts [--url URL] [--dir DIR] [--page PATH…] [--width N…] [--lang zh|en…] [--scheme light|dark…]

Without --page every page, and without the others each at 320, 390, 768 and 1280 px, in both languages and schemes.`;
const WAIT_MS = 20_000;
const HEIGHT = 900;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    dir: { type: 'string', default: 'screenshots' },
    page: { type: 'string', multiple: true, default: [...keysOf(PAGE_TEXTS), '/no-such-page'] },
    width: { type: 'string', multiple: true, default: ['320', '390', '768', '1280'] },
    lang: { type: 'string', multiple: true, default: ['zh', 'en'] },
    scheme: { type: 'string', multiple: true, default: ['light', 'dark'] },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.error(HELP);
else {
  mkdirSync(values.dir, { recursive: true });
  const browser = await startChromium();
  try {
    for (const lang of values.lang) {
      for (const scheme of values.scheme) {
        for (const width of values.width) await takeAll(browser, { lang, scheme, width: Number(width) });
      }
    }
  } finally {
    await browser.close();
  }
}

interface Look {
  readonly lang: string;
  readonly scheme: string;
  readonly width: number;
}

/** One browser for each look, and one page after another in it. */
async function takeAll(browser: Browser, { lang, scheme, width }: Look): Promise<void> {
  const colorScheme = scheme === 'dark' ? 'dark' : 'light';
  const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  for (const path of values.page) {
    const url = new URL(path, values.url);
    url.searchParams.set('lang', lang);
    await page.goto(url.href);
    await page
      .locator(READY_PAGES.get(url.pathname) ?? 'h1')
      .first()
      .waitFor();
    const name = url.pathname.replaceAll(/\W+/g, '-').replace(/^-$/, '-home').slice(1);
    const file = join(values.dir, `${name}-${width}-${lang}-${scheme}.png`);
    await page.screenshot({ path: file, fullPage: true });
    console.error(file);
  }
  await context.close();
}
