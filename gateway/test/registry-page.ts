import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { keysOf } from '../../schemas/code-lists/index.ts';
import type { ReceiptReply } from '../../schemas/registry-views.ts';
import { doubtedText, LOG_FAULTS } from '../../schemas/texts/registry.ts';
import { signCheckpoint } from '../log/checkpoint-signing.ts';
import { leafHash } from '../log/merkle.ts';
import { makeLogKey } from '../registry/registry.fixture.ts';

const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');
/** What a script on the page could try: any of them finds the key where the browser keeps it. */
export const TAKE_KEY = `(async () => {
  const { operator } = await (await fetch('/registry/session')).json();
  const answered = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answered(indexedDB.open('huren-registry'));
  const keys = database.transaction('operator-keys').objectStore('operator-keys');
  const { privateKey } = await answered(keys.get(operator.entity_id));
  return await crypto.subtle.exportKey('jwk', privateKey).then(() => 'exported', () => 'kept');
})()`;

/** A page in a browser context of its own, and everything that it complained about. */
export interface RegistryPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a page and waits until `shown` is there: unless told, until the registry's page knows what to think of the log. */
export async function openRegistryPage(
  browser: Browser,
  url: string,
  {
    locale,
    path = '/registry',
    shown = '#log .proof',
  }: {
    readonly locale: string;
    readonly path?: string | undefined;
    readonly shown?: string | undefined;
  },
): Promise<RegistryPage> {
  const context = await browser.newContext({ locale, viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${url}${path}`);
  await page.locator(shown).first().waitFor();
  return { context, page, complaints };
}

const LISTED = ':is(#provinces, #entities) > details';

/** How a doubted log is told: its name and what comes of it at the top, in the history and at the foot, and what is sure of it. */
export async function doubtTold(page: Page) {
  const notice = page.locator('[data-log-fault]');
  const fault = (await notice.getAttribute('data-log-fault')) ?? '';
  const places = await Promise.all(
    [notice, page.locator('#history'), page.locator('#log')].map((place) =>
      Promise.all([place.locator('strong').first().innerText(), place.locator('.proof.unchecked').innerText()]),
    ),
  );
  const [rows, doubted] = await Promise.all([
    page.locator(`${LISTED} > summary`).count(),
    page.locator(`${LISTED} > summary:has(.badge.doubted)`).count(),
  ]);
  const sure = await page.locator('.badge:not(.doubted, .unproven)').count();
  return { fault, places, unmarked: rows - doubted, sure, feed: await page.locator('.feed').innerText() };
}

/** The one way in which that is told in English. */
export function toldOnce(fault: string): Awaited<ReturnType<typeof doubtTold>> {
  const known = keysOf(LOG_FAULTS).find((one) => one === fault) ?? 'unreadable';
  const { sign, en } = LOG_FAULTS[known];
  const told = [`${sign} ${en}`, `○ ${doubtedText(known).en}`] satisfies [string, string];
  return { fault, places: [told, told, told], unmarked: 0, sure: 0, feed: 'live (not proven)' };
}

/** Words of a text, with a bracket or a stop behind them, that stand on more than one line. */
export async function brokenWords(text: Locator): Promise<readonly string[]> {
  return await text.evaluate((shown) => {
    const nodes = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    const broken: string[] = [];
    const range = document.createRange();
    for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
      for (const { 0: word, index } of (node.textContent ?? '').matchAll(/\w+[)）]?[,.:，。：]?/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (range.getClientRects().length > 1) broken.push(word);
      }
    }
    return broken;
  });
}

/** Logs in as one of the sandbox's operators. */
export async function logIn(page: Page, account: string): Promise<void> {
  await page.locator('#operator a').click();
  await page.locator(`button[value="${account}"]`).click();
  await page.locator('#operator h3').first().waitFor();
}

/** Makes a key in this page's browser; gives its public half as text. */
export async function makeBrowserKey(page: Page): Promise<string> {
  await page.getByRole('button', { name: /Make a key in this browser|在本浏览器生成密钥/ }).click();
  return await browserKey(page);
}

/** The public half of a key that was made in this page's browser, as text. */
export async function browserKey(page: Page): Promise<string> {
  return (await page.locator('#enrol-command').getAttribute('data-jwk')) ?? '';
}

/** The example of a seventeenth province, as another version of itself, below a folder. */
export function exampleAs(folder: string, version: string): string {
  return rewritten(join(folder, version), (text) => asVersion(text, version));
}

/** The same, with one of its documented values mapped by no name that is documented. */
export function failingExample(folder: string, version: string): string {
  return rewritten(join(folder, version), (text) =>
    asVersion(text, version).replace('"value": "ORANGE"', '"value": "PURPLE"'),
  );
}

/** The same as the own system of one of its divisions, with codes of its own. */
export function divisionExample(folder: string, division: string): string {
  return rewritten(join(folder, division), (text) =>
    text
      .replaceAll('TJJKM', 'TJBHX')
      .replace('"province": "120000",', `"province": "120000", "division": "${division}",`),
  );
}

/** What a gateway would have to show for an event that it never took: a tree of its own, with that event alone. */
export function forgedReceipt(jws: string, host: string): ReceiptReply {
  const origin = `${host}/log`;
  const { privateKey } = makeLogKey(origin);
  const root = leafHash(new TextEncoder().encode(jws));
  const checkpoint = signCheckpoint({ origin, size: 1, root }, { name: origin, privateKey });
  return { index: 0, checkpoint, inclusion_proof: [] };
}

function asVersion(text: string, version: string): string {
  return text.replace('"version": "0.1.0"', `"version": "${version}"`);
}

function rewritten(folder: string, rewrite: (text: string) => string): string {
  const path = join(folder, '120000-tianjin');
  cpSync(EXAMPLE, path, { recursive: true });
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) writeFileSync(file, rewrite(readFileSync(file, 'utf8')));
  }
  return path;
}
