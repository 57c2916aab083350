import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { READY_PAGES } from './pages.ts';
import { logIn, makeBrowserKey } from './registry-page.ts';

const HELP = `screenshots: pictures of every page of a running sandbox.

  npm run screenshots -- [--url URL] [--dir DIR] [--view NAME…] [--width N…] [--lang zh|en…] [--scheme light|dark…]

Without --view every page in every state; without the others each at 320, 390, 768 and 1280 px, in both languages and schemes.`;
const WAIT_MS = 20_000;
const HEIGHT = 900;

interface View {
  readonly path: string;
  /** What somebody does there before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

/** Every page, and those of its states that a sandbox shows by itself. */
const VIEWS: Readonly<Record<string, View>> = {
  home: { path: '/' },
  scan: { path: '/scan' },
  'scan-venue': { path: '/scan?venue=guangzhou-hospital' },
  pass: { path: '/pass' },
  coverage: { path: '/coverage' },
  registry: { path: '/registry' },
  'registry-province': {
    path: '/registry#province-140000',
    act: async (page) => {
      await page.locator('#province-140000 .proof.good').nth(3).waitFor();
      await page.locator('#province-140000 .report summary').click();
      await page.locator('#province-140000 .report li').first().waitFor();
    },
  },
  'registry-none-found': { path: '/registry', act: (page) => page.locator('#find-province').fill('?') },
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
  'registry-operator': {
    path: '/registry',
    act: async (page) => {
      await logIn(page, 'operator-a');
      await page.locator('#operator h3').first().waitFor();
    },
  },
  'registry-key': {
    path: '/registry',
    act: async (page) => {
      await makeBrowserKey(page);
      await page.locator('#suspend-province').selectOption('410000');
      await page.locator('#suspend-reason').selectOption('misuse');
      await page.locator('#suspend-name').fill('?');
    },
  },
  docs: { path: '/docs' },
  'docs-operation': {
    path: '/docs#verify',
    act: (page) => page.locator('#verify dt').first().waitFor(),
  },
  'docs-problems': { path: '/docs#problems', act: (page) => page.locator('#problems dt').first().waitFor() },
  'docs-search': {
    path: '/docs',
    act: async (page) => {
      await page.locator('#find').fill('pass');
      await page.locator('#issuePass, #problems').first().waitFor();
    },
  },
  missing: { path: '/no-such-page' },
};

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    dir: { type: 'string', default: 'screenshots' },
    view: { type: 'string', multiple: true, default: Object.keys(VIEWS) },
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
  for (const [name, { path, act }] of Object.entries(VIEWS)) {
    if (!values.view.includes(name)) continue;
    const url = new URL(path, values.url);
    url.searchParams.set('lang', lang);
    await page.goto(url.href);
    const ready = READY_PAGES.get(url.pathname) ?? 'h1';
    await page.locator(ready).first().waitFor();
    await act?.(page);
    const file = join(values.dir, `${name}-${width}-${lang}-${scheme}.png`);
    await page.screenshot({ path: file, fullPage: true });
    console.error(file);
  }
  await context.close();
}
