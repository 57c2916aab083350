import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type AccessibilityFinding, seriousFindings, seriousFindingsByLook } from './accessibility.ts';
import { startChromium } from './chromium.ts';
import { COVERAGE_VIEWS } from './looks/coverage-views.ts';
import { DOCS_VIEWS } from './looks/docs-views.ts';
import { type PlayedAt, playRegistry, runAt } from './looks/play-registry.ts';
import { takeReadmePictures } from './looks/readme-pictures.ts';
import { REGISTRY_VIEWS } from './looks/registry-views.ts';
import { showView } from './looks/show-view.ts';
import type { View, Views } from './looks/view.ts';
import { logIn, makeBrowserKey } from './registry-page.ts';
import { startSandboxGateway } from './sandbox-gateway.ts';

const HELP = `screenshots: pictures of every page in every state that somebody can meet.

  npm run screenshots -- [--url URL --data DIR] [--dir DIR] [--view NAME…] [--width N…] [--lang zh|en…] [--scheme light|dark…]
                         [--paper A3|A4…]

A sandbox of its own unless --url names one that runs, with --data where its keys are: a registry in which every stage is to be
seen is played there. Without --view every page in every state, with --view coverage- all whose names begin so; without the
others each at 320, 390, 768 and 1280 px, in both languages and schemes. With --paper as it is printed instead, on its side.

  npm run screenshots -- --readme   the few pictures that the READMEs show, into deploy/pictures/`;
const WAIT_MS = 20_000;
const HEIGHT = 900;
const OPERATOR = 'operator-b';

/** Every page, and its states. */
const VIEWS: Views = {
  home: { path: '/' },
  scan: { path: '/scan' },
  'scan-venue': { path: '/scan?venue=guangzhou-hospital' },
  pass: { path: '/pass' },
  ...COVERAGE_VIEWS,
  ...REGISTRY_VIEWS,
  ...DOCS_VIEWS,
  missing: { path: '/no-such-page' },
};

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    data: { type: 'string' },
    dir: { type: 'string', default: 'screenshots' },
    view: { type: 'string', multiple: true, default: [''] },
    width: { type: 'string', multiple: true, default: ['320', '390', '768', '1280'] },
    lang: { type: 'string', multiple: true, default: ['zh', 'en'] },
    scheme: { type: 'string', multiple: true, default: ['light', 'dark'] },
    paper: { type: 'string', multiple: true, default: [] },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.error(HELP);
else await takeAll();

async function takeAll(): Promise<void> {
  mkdirSync(values.dir, { recursive: true });
  const { url, data } = values;
  const own = url === undefined || data === undefined ? await startSandboxGateway({ HUREN_LOG_LEVEL: 'error' }) : null;
  const at = { url: own?.url ?? url ?? '', dataDir: own?.dataDir ?? data ?? '' };
  const browser = await startChromium();
  try {
    const wanted = Object.entries(VIEWS).filter(([name]) => values.view.some((begin) => name.startsWith(begin)));
    if (wanted.some(([name]) => name.startsWith('registry'))) await playRegistry(at);
    if (values.readme) return await takeReadmePictures(browser, at.url);
    const anybody = await browser.newContext();
    const isSigned = wanted.some(([, { as }]) => as === 'operator');
    const operator = isSigned ? await operatorContext(browser, at) : anybody;
    for (const lang of values.lang) {
      for (const [name, view] of wanted) {
        await take(view.as === 'operator' ? operator : anybody, { at, name, view, lang });
      }
    }
  } finally {
    await browser.close();
    await own?.stop();
  }
}

/** A browser in which an operator is logged in, with a key that can sign. */
async function operatorContext(browser: Browser, at: PlayedAt): Promise<BrowserContext> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${at.url}/registry?lang=en`);
  await logIn(page, OPERATOR);
  await runAt(at, ['registry', 'enrol-key', await makeBrowserKey(page), '--as', OPERATOR]);
  await page.close();
  return context;
}

interface Taken {
  readonly at: PlayedAt;
  readonly name: string;
  readonly view: View;
  readonly lang: string;
}

/** One state in one language, at every width and in every scheme: it is brought about once. */
async function take(context: BrowserContext, { at, name, view, lang }: Taken): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  try {
    await showView(page, at.url, view, lang);
    tell(`${name} ${lang}`, await seriousFindings(page));
    for (const format of values.paper) {
      const file = join(values.dir, `${name}-${format}-${lang}.pdf`);
      await page.pdf({ path: file, format, landscape: true });
      console.error(file);
    }
    for (const scheme of values.paper.length > 0 ? [] : values.scheme) {
      for (const width of values.width) await picture(page, { width: Number(width), scheme, name, lang });
    }
  } catch (error) {
    fault(`${name} ${lang}: ${error instanceof Error ? error.message : ''}`);
  }
  await page.close();
}

/** What keeps somebody out of a state is no matter of taste: it is told, and the script fails. */
function tell(look: string, findings: readonly AccessibilityFinding[]): void {
  for (const { id, nodes } of findings) fault(`${look}: ${id} ${nodes.slice(0, 3).join(' ')}`);
}

function fault(text: string): void {
  process.exitCode = 1;
  console.error(`FAULT ${text}`);
}

interface Look {
  readonly width: number;
  readonly scheme: string;
  readonly name: string;
  readonly lang: string;
}

async function picture(page: Page, { width, scheme, name, lang }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme === 'dark' ? 'dark' : 'light' });
  await page.setViewportSize({ width, height: HEIGHT });
  const look = `${name}-${width}-${lang}-${scheme}`;
  tell(look, await seriousFindingsByLook(page));
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
  if (wide > width) fault(`${look}: scrolls sideways, ${wide} px`);
  // What stays in sight while a page is scrolled stands where the page begins.
  await page.evaluate('scrollTo(0, 0)');
  const file = join(values.dir, `${look}.png`);
  await page.screenshot({ path: file, fullPage: true });
  console.error(file);
}
