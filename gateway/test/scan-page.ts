import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { correction, generate } from 'lean-qr';
import { toPngBuffer } from 'lean-qr/extras/node_export';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { z } from 'zod';
import type { AccessReason } from '../../schemas/access-reason.ts';
import { PROBLEMS, type ProblemCode } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { QUIET_MODULES } from '../passes/pass-picture.ts';
import { startChromium } from './chromium.ts';
import { writeQrVideo } from './qr-video.ts';
import { openVenueClient } from './venue-client.ts';

export const VENUE = 'guangzhou-hospital';
const ANSWER = '#answer';
const ANSWERED = `${ANSWER}[data-decision], ${ANSWER}[data-problem]`;
/** A busy machine is slow; what has not come by then does not come. */
const READY = '.scanner:not([inert])';
/** Under which the log has what `refuse` refuses. */
export const REQUEST_ID = '3b0f6a52-8f6e-4c0a-9d5e-6f0c2a7b1e44';
/** A camera with a light, which no made-up one has. As text: it runs before the page. */
export const LIGHT = `(() => {
  globalThis.lit = [];
  const can = MediaStreamTrack.prototype.getCapabilities;
  MediaStreamTrack.prototype.getCapabilities = function () { return { ...can.call(this), torch: true }; };
  MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { lit.push(advanced[0].torch); };
})()`;

/** What the one element says, and its words. */
export interface ShownAnswer {
  readonly decision?: string;
  readonly problem?: string;
  readonly verified?: string;
  /** Why nobody could tell. */
  readonly failure?: string;
  readonly words: string;
}

/** A browser whose camera sees a video. */
export interface DoorBrowser {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

/** Starts Chromium with a camera that sees these views one after another, over and over; without views it has none. */
export async function startDoorBrowser(views: readonly (string | readonly string[])[]): Promise<DoorBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-door-'));
  const video = join(folder, 'view.y4m');
  writeQrVideo(video, views);
  const browser = await startChromium([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ]);
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface DoorPageOptions extends BrowserContextOptions {
  readonly path?: string;
  readonly query?: string;
  /** A script that runs before the page's own. */
  readonly before?: string;
  /** What is set up before the page is asked for: replies that are not the gateway's. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** What stands on the page once it is open; unless told, whatever is there once it is ready. */
  readonly ready?: string;
}

/** As anywhere but in the sandbox: no venue is lent, and somebody has signed in, or can, or brings a token. */
export function outsideSandbox(session: { readonly login: boolean; readonly venue: object | null }) {
  return async (page: Page): Promise<void> => {
    await page.route('**/sandbox/venues', (route) => route.fulfill({ status: 404, body: '{}' }));
    await page.route('**/scan/session', (route) => route.fulfill({ json: session }));
  };
}

/** One page at a door, what it complained about, and every request that it made. */
export class DoorPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly requests: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A problem that the gateway answers with is no fault of the page.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.complaints.push(message.text());
    });
    context.on('request', (request) => this.requests.push(request.url()));
  }

  /** Opens a page of its own browser context and waits until it is ready and knows whom to trust. */
  static async open(
    browser: Browser,
    url: string,
    { path = '/scan', query = `venue=${VENUE}&lang=en`, before, prepare, ready, ...options }: DoorPageOptions = {},
  ): Promise<DoorPage> {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options });
    const door = new DoorPage(context, await context.newPage());
    if (before !== undefined) await context.addInitScript(before);
    await prepare?.(door.page);
    await door.page.goto(`${url}${path}?${query}`);
    await door.page
      .locator(ready ?? (path === '/scan' ? '[data-trust="held"]' : '#typed'))
      .first()
      .waitFor();
    return door;
  }

  /** What is shown now, or as soon as something is. */
  async answer(): Promise<ShownAnswer> {
    const element = this.page.locator(ANSWERED);
    await element.waitFor();
    return await element.evaluate((shown) => {
      const { decision, problem, verified, failure } = (shown instanceof HTMLElement ? shown : document.body).dataset;
      const words = shown instanceof HTMLElement ? shown.innerText : '';
      return {
        ...(decision && { decision }),
        ...(problem && { problem }),
        ...(verified && { verified }),
        ...(failure && { failure }),
        words,
      };
    });
  }

  /** Where each request went: none may leave the page's own origin, and none may carry a code in its address. */
  astray(origin: string, codes: readonly string[]): string[] {
    const carries = (url: string) => codes.some((code) => url.includes(code) || url.includes(encodeURIComponent(code)));
    return this.requests.filter((url) => !url.startsWith(`${origin}/`) || carries(url));
  }

  /** Hands a picture in as a person does. */
  async showPicture(picture: Buffer): Promise<void> {
    const file = { name: 'picture.png', mimeType: 'image/png', buffer: picture };
    await this.page.locator('input[type=file]').setInputFiles(file);
  }

  /** Types a code into the field as a person does, and puts the answer away. */
  async type(code: string): Promise<ShownAnswer> {
    await this.page.locator('#typed').fill(code);
    await this.page.locator('#typed').press('Enter');
    return await this.putAway();
  }

  async putAway(): Promise<ShownAnswer> {
    const shown = await this.answer();
    await this.page.keyboard.press('Escape');
    await this.page.locator(READY).waitFor();
    return shown;
  }

  /** Waits until the page is kept for a time without a network, and cuts it. */
  async cutNetwork(): Promise<void> {
    await this.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await this.context.setOffline(true);
  }
}

/** As text: what the tab key is to reach, what has the focus, and whether it can be seen that it has. It runs in the page. */
const REACHABLE = `[...document.querySelectorAll('a[href], button:not(:disabled), input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => one.checkVisibility() && one.closest('[inert]') === null)`;
const NAME = `(one) => one.id || one.innerText || one.parentElement.innerText`;
const HERE = `(() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const isDrawn = (element) => {
    const { outlineStyle, opacity } = getComputedStyle(element);
    return outlineStyle !== 'none' && opacity !== '0';
  };
  return { at: ${REACHABLE}.indexOf(one), isSeen: isDrawn(one) || isDrawn(one.parentElement) };
})()`;

/** Goes through a page by the tab key alone, from its top: what it never comes to, and what it does not show the focus of. */
export async function walked(page: Page): Promise<{ readonly missed: string[]; readonly unseen: string[] }> {
  const names = z.array(z.string()).parse(await page.evaluate(`${REACHABLE}.map(${NAME})`));
  await page.evaluate('document.activeElement?.blur(); getSelection().removeAllRanges()');
  await page.evaluate(`document.querySelector('.skip').focus()`);
  const hereSchema = z.object({ at: z.int(), isSeen: z.boolean() }).nullable();
  const reached = new Map<number, boolean>();
  for (let steps = 0; steps <= names.length; steps += 1) {
    const here = hereSchema.parse(await page.evaluate(HERE));
    if (here === null || reached.has(here.at)) break;
    reached.set(here.at, here.isSeen);
    await page.keyboard.press('Tab');
  }
  const named = (isFaulty: (at: number) => boolean) => names.filter((_, at) => isFaulty(at));
  return { missed: named((at) => !reached.has(at)), unseen: named((at) => reached.get(at) === false) };
}

/** A pass for a green code, as the venue's system gets one. */
export async function issuePass(url: string, code: string, at = VENUE, purpose = 'medical_visit'): Promise<string> {
  const venue = await openVenueClient(url, at);
  const reply = await venue.post('/v1/passes', { code, purpose });
  return z.object({ pass: z.string() }).parse(await reply.json()).pass;
}

/** Withdraws a pass. */
export async function revokePass(url: string, pass: string): Promise<void> {
  const venue = await openVenueClient(url, VENUE);
  const reply = await venue.post('/v1/passes/revocations', { pass });
  if (!reply.ok) throw new Error(`the pass was not withdrawn: ${reply.status}`);
}

/** What a refusal says besides its code. */
interface Told {
  readonly reason?: AccessReason | undefined;
  readonly retryAfter?: string | undefined;
}

/** What the page shows where the gateway refuses with this code; `look` comes while it is shown. */
export async function refusedWith(
  open: DoorPage,
  code: ProblemCode,
  { look = async () => {}, ...told }: Told & { readonly look?: () => Promise<void> } = {},
): Promise<ShownAnswer> {
  const { page } = open;
  const letIn = await refuse(page, '**/v1/verifications', code, told);
  await page.locator('#typed').fill('a code that nobody is asked about');
  await page.locator('#typed').press('Enter');
  await open.answer();
  await look();
  const shown = await open.putAway();
  await letIn();
  return shown;
}

/** From now on the gateway refuses what is asked at a path; gives how that ends. */
export async function refuse(
  page: Page,
  path: string,
  code: ProblemCode,
  { reason, retryAfter }: Told = {},
): Promise<() => Promise<void>> {
  const { status, zh, en, next } = PROBLEMS[code];
  const told = { type: `urn:huren:problem:${code}`, title: en, status, code, text: { zh, en }, next };
  const document = { ...told, reason, request_id: REQUEST_ID };
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  const put = (route: Route) =>
    route.fulfill({ status, headers, contentType: 'application/problem+json', json: document });
  await page.route(path, put);
  return () => page.unroute(path, put);
}

/** Codes side by side in one picture, PNG. */
export function qrPicture(texts: readonly string[]): Buffer {
  const drawn = texts.map((text) => generate(text, { minCorrectionLevel: correction.L }));
  const side = Math.max(40, ...drawn.map(({ size }) => size)) + 2 * QUIET_MODULES;
  const get = (x: number, y: number) => drawn[Math.floor(x / side)]?.get((x % side) - QUIET_MODULES, y - QUIET_MODULES);
  const sheet = { size: side * Math.max(1, texts.length), get: (x: number, y: number) => get(x, y) ?? false };
  return Buffer.from(toPngBuffer(sheet, { on: [0, 0, 0], off: [255, 255, 255], pad: 0, scale: 4 }));
}

/** One of the sandbox's codes. Throws where there is none. */
export function codeOf(codes: readonly SandboxCode[], province: string, scenario: string): string {
  const found = codes.find((code) => code.province === province && code.scenario === scenario);
  if (found === undefined) throw new Error(`the sandbox has no ${scenario} of ${province}`);
  return found.code;
}

/** A pass with one bit of its signature turned over. */
export function mutated(pass: string): string {
  const at = pass.lastIndexOf('.') + 10;
  return `${pass.slice(0, at)}${pass[at] === 'A' ? 'B' : 'A'}${pass.slice(at + 1)}`;
}

/** How a reader that types goes on, between two keys. */
const READER_GAP_S = 0.005;

/**
 * Types a code and its line end as a reader does, which says of each key when it was pressed: a test that is late with
 * one does not make it a slow reader.
 */
export async function typeAsReader(page: Page, code: string): Promise<void> {
  const keyboard = await page.context().newCDPSession(page);
  const keys = [...[...code].map((key) => ({ key, text: key })), { key: 'Enter', text: '\r' }];
  const beganS = Date.now() / 1000;
  await Promise.all(
    keys.flatMap((key, at) => {
      const timestamp = beganS + at * READER_GAP_S;
      return (['keyDown', 'keyUp'] as const).map((type) =>
        keyboard.send('Input.dispatchKeyEvent', { type, timestamp, ...(type === 'keyDown' ? key : { key: key.key }) }),
      );
    }),
  );
  await keyboard.detach();
}
