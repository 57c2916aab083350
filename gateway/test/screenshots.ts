import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chosenOf, optionsOf, startedWith, WrongUsage, wholeNumberIn } from '../program-options.ts';
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

const WIDTHS = ['320', '390', '768', '1280'];
const LANGUAGES = ['zh', 'en'];
const SCHEMES = ['light', 'dark'];
const PAPERS = ['A3', 'A4'];

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
/** What the names of their states begin with. */
const PAGES = [...new Set(Object.keys(VIEWS).map((name) => name.split('-')[0]))];

const HELP = `Usage: npm run screenshots -- [options]

Pictures of every page in every state that somebody can meet, and a look at each for what keeps somebody out. A registry in which
every stage is to be seen is played first. Many minutes for all of them; few for one page. Pages:
  ${PAGES.join(', ')}

Options:
  --view NAME      views whose names begin so, coverage- for one; may be told more than once, as those below may (default: all)
  --width N        how wide, in pixels (default ${WIDTHS.join(', ')})
  --lang LANG      ${LANGUAGES.join(' or ')} (default both)
  --scheme SCHEME  ${SCHEMES.join(' or ')} (default both)
  --paper FORMAT   as it is printed instead, on its side: ${PAPERS.join(' or ')} (default: pictures of screens)
  --dir DIR        where pictures go (default screenshots)
  --url URL        a sandbox that runs already, with --data (default: one is started)
  --data DIR       where that sandbox's keys are
  --readme         the few pictures instead that the READMEs show, into deploy/pictures/
  --help           print this

Exit code: 0 nothing keeps anybody out, 1 something does or a state was not reached, 2 wrong usage.
`;
const WAIT_MS = 20_000;
const HEIGHT = 900;
const OPERATOR = 'operator-b';

const values = startedWith(HELP, (args) => {
  const { view, width, lang, scheme, paper, ...rest } = optionsOf(args, {
    url: { type: 'string' },
    data: { type: 'string' },
    dir: { type: 'string', default: 'screenshots' },
    view: { type: 'string', multiple: true, default: [''] },
    width: { type: 'string', multiple: true, default: WIDTHS },
    lang: { type: 'string', multiple: true, default: [] },
    scheme: { type: 'string', multiple: true, default: [] },
    paper: { type: 'string', multiple: true, default: [] },
    readme: { type: 'boolean', default: false },
  });
  const names = Object.keys(VIEWS);
  const unknown = view.find((begin) => !names.some((name) => name.startsWith(begin)));
  if (unknown !== undefined) throw new WrongUsage(`--view: none begins with ${unknown}; pages are ${PAGES.join(', ')}`);
  if ((rest.url === undefined) !== (rest.data === undefined))
    throw new WrongUsage('--url: goes with --data, and only so');
  return {
    ...rest,
    view,
    width: width.map((text) => wholeNumberIn('--width', text, { least: 1, most: 10_000 })),
    lang: chosenOf('--lang', lang, LANGUAGES),
    scheme: chosenOf('--scheme', scheme, SCHEMES),
    paper: paper.length === 0 ? [] : chosenOf('--paper', paper, PAPERS),
  };
});
await takeAll();

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
      for (const width of values.width) await picture(page, { width, scheme, name, lang });
    }
    await view.undo?.(page);
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
