import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';

const CELLS = `[...document.querySelectorAll('[data-issuer][data-destination]')].map(({ dataset }) =>
  [dataset.issuer + ' ' + dataset.destination, [Number(dataset.presented), Number(dataset.recognised)]])`;
const REFUSED = `[...document.querySelectorAll('[data-refused]')].reduce((sum, { dataset, lastElementChild }) =>
  sum + Number(lastElementChild.textContent.replaceAll(',', '')), 0)`;
const FIRST = `(({ dataset } = {}) => [dataset?.attention ?? null, dataset?.province ?? null])(document.querySelector('.attention li') ?? undefined)`;
const cellsSchema = z.array(z.tuple([z.string(), z.tuple([z.number(), z.number()])]));
const firstSchema = z.tuple([z.string().nullable(), z.string().nullable()]);

/** The desk's page in a browser, as somebody who watches it has it. */
export class DeskPage {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
  }

  /** Opens the page of a monitor and waits until it is told of changes. */
  static async open(browser: Browser, url: string, query = 'lang=en'): Promise<DeskPage> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${url}/coverage?${query}`);
    await page.locator('[data-live="live"]').waitFor({ timeout: 30_000 });
    return new DeskPage(page, context);
  }

  /** By `issuer destination`: how many scans were presented, and how many greens recognised. */
  async cells(): Promise<ReadonlyMap<string, readonly [number, number]>> {
    return new Map(cellsSchema.parse(await this.page.evaluate(CELLS)));
  }

  async refused(): Promise<number> {
    return z.number().parse(await this.page.evaluate(REFUSED));
  }

  /** What stands first in the list of attention: its kind and its province. */
  async first(): Promise<readonly [kind: string | null, province: string | null]> {
    return firstSchema.parse(await this.page.evaluate(FIRST));
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
