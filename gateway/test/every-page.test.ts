import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { keysOf } from '../../schemas/code-lists/index.ts';
import { adapterListSchema, entityListSchema } from '../../schemas/registry-views.ts';
import { PAGE_TEXTS } from '../../schemas/texts/shell.ts';
import { makeLogKey } from '../registry/registry.fixture.ts';
import { seriousFindings, seriousFindingsByLook } from './accessibility.ts';
import { startChromium } from './chromium.ts';
import { COVERAGE_VIEWS } from './looks/coverage-views.ts';
import { DOCS_VIEWS } from './looks/docs-views.ts';
import { REGISTRY_VIEWS } from './looks/registry-views.ts';
import { showView } from './looks/show-view.ts';
import { READY_PAGES } from './pages.ts';
import { installPackage } from './pasted-page.ts';
import { doubtTold, openRegistryPage, type RegistryPage, toldOnce } from './registry-page.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { sandboxCodes } from './venue-client.ts';

const PATHS = [...keysOf(PAGE_TEXTS), '/no-such-page'];
const LOOKS = [320, 390, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

let gateway: SandboxGateway;
let browser: Browser;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
});

async function open(locale: string, path?: string, shown?: string): Promise<RegistryPage> {
  return await openRegistryPage(browser, gateway.url, { locale, path, shown });
}

describe.each(['zh', 'en'])('every page in %s', (lang) => {
  test('keeps somebody out, scrolls sideways, asks another host, or shows a code in an address', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    for (const path of PATHS) {
      await page.goto(`${gateway.url}${path}?lang=${lang}`);
      await page
        .locator(READY_PAGES.get(path) ?? 'h1')
        .first()
        .waitFor();
      expect(await seriousFindings(page), path).toEqual([]);
      for (const { width, scheme } of LOOKS) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme: scheme });
        const look = `${path} ${width} ${scheme}`;
        expect(await seriousFindingsByLook(page), look).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBe(width);
      }
      expect(await page.locator('main').innerText(), path).not.toMatch(/undefined|NaN|\[object/);
    }
    expect(asked.filter((url) => new URL(url).origin !== gateway.url)).toEqual([]);
    const codes = (await sandboxCodes(gateway.url)).map(({ code }) => code);
    expect(asked.filter((url) => codes.some((code) => decodeURIComponent(url).includes(code)))).toEqual([]);
    await context.close();
  });

  test('has no way to the others, past the navigation, or to itself in the other language', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const other = lang === 'zh' ? 'en' : 'zh';
    for (const path of PATHS) {
      await page.goto(`${gateway.url}${path}?lang=${lang}`);
      await page.locator('main h1').waitFor();
      expect(await page.locator('h1').count(), path).toBe(1);
      const ways = page.getByRole('navigation').first().getByRole('link');
      const targets = await ways.evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(targets).toEqual(keysOf(PAGE_TEXTS).map((known) => `${known}?lang=${lang}`));
      const here = await page
        .locator('[aria-current="page"]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(here).toEqual(path === '/no-such-page' ? [] : [`${path}?lang=${lang}`]);
      const switched = page.getByRole('navigation').last().getByRole('link');
      expect(await switched.getAttribute('href')).toBe(`${path}?lang=${other}`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate('document.activeElement?.id'), { message: path }).toBe('content');
    }
    await context.close();
  });
});

test('the front page leaves out that the sandbox is simulated, or has a dead link', async () => {
  const { page, context } = await open('zh-CN', '/', '.cards');
  expect(await page.locator('main').innerText()).toContain('所有省份均为模拟');
  const targets = await page.locator('main a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  expect(targets.length).toBeGreaterThan(5);
  for (const target of targets) expect((await fetch(`${gateway.url}${target}`)).status, `${target}`).toBe(200);
  await context.close();
});

test('a country in trouble makes the national desk wider than a phone', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const view of ['coverage-country', 'coverage-more']) {
    await page.setViewportSize({ width: 320, height: 800 });
    await showView(page, gateway.url, COVERAGE_VIEWS[view] ?? { path: '' }, 'en');
    expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(320);
  }
  await context.close();
});

describe('the national desk', () => {
  test('lets the two ends of its hours run together, or draws bars that nobody can see', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await showView(page, gateway.url, COVERAGE_VIEWS['coverage-country'] ?? { path: '' }, 'en');
    for (const { width, scheme } of LOOKS) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme });
      const look = `${width} ${scheme}`;
      const [from, to] = await Promise.all(
        [0, 1].map((at) => page.locator('.trend figcaption span').nth(at).boundingBox()),
      );
      expect((to?.x ?? 0) - (from?.x ?? 0) - (from?.width ?? 0), look).toBeGreaterThanOrEqual(8);
      expect(from?.height, look).toBeLessThan(24);
      const drawn = await page.evaluate(`(({ opacity, fill }, { backgroundColor }) => [opacity, fill, backgroundColor])(
        getComputedStyle(document.querySelector('.trend .bar')), getComputedStyle(document.body))`);
      const [opacity, bar = '', paper = ''] = z.array(z.string()).parse(drawn);
      expect(opacity, look).toBe('1');
      expect(contrast(bar, paper), look).toBeGreaterThanOrEqual(3);
    }
    await context.close();
  });

  test('marks a silent node and no other that is in trouble, or shows a suspended adapter as one in use', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await showView(page, gateway.url, COVERAGE_VIEWS['coverage-more'] ?? { path: '' }, 'en');
    const faults = await page.locator('[data-node]:not([data-faults=""]) td:last-child').allInnerTexts();
    expect(faults.length).toBeGreaterThan(1);
    for (const fault of faults) expect(fault).toMatch(/^⚠\s/);
    const suspended = await page.locator('.version').filter({ hasText: 'suspended' }).count();
    expect(suspended).toBeGreaterThan(0);
    expect(await page.locator('.version .badge.suspended').count()).toBe(suspended);
    await context.close();
  });
});

test('a page that is being read warns of it, or one that cannot be read has no sign or no way on', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/openapi.json', () => undefined);
  await page.goto(`${gateway.url}/docs?lang=en`);
  await page.getByText('Reading the description').waitFor();
  expect(await page.locator('.notice').count()).toBe(0);
  await page.unroute('**/openapi.json');
  const views = { ...COVERAGE_VIEWS, ...REGISTRY_VIEWS, ...DOCS_VIEWS };
  for (const view of ['coverage-unreadable', 'registry-unreadable', 'docs-unreadable']) {
    await showView(page, gateway.url, views[view] ?? { path: '' }, 'en');
    expect(await page.locator('.notice').innerText(), view).toMatch(/^⚠ /);
  }
  await page.unroute('**/openapi.json');
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.locator('#schemas').waitFor();
  const described = page.locator('h1 + p');
  expect(await described.innerText()).not.toContain('`');
  expect(await described.locator('code').allInnerTexts()).toContain('error_description');
  await context.close();
});

describe('the description', () => {
  const shown = '#schemas';

  test('is long on a telephone, or hides what is looked for or pointed at', async () => {
    const { page, context, complaints } = await open('en-GB', '/docs', shown);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(4_500);
    await page.getByRole('searchbox').fill('proof_replayed');
    await page.locator('#verify').waitFor();
    await page.locator('#problems dt').first().waitFor();
    expect(await page.locator('#federationFetch').count()).toBe(0);
    await page.goto(`${gateway.url}/docs?lang=en#verify`);
    await page.locator('#verify').getByText('Answers 200 whenever').waitFor();
    await page.goto(`${gateway.url}/docs?lang=en#schema-Mandate`);
    await page.locator('#schema-Mandate dt').first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('has a quick start that does not work as it is shown', async () => {
    const { page, context } = await open('en-GB', '/docs', '[data-settings="sandbox"]');
    const block = async (name: string) => (await page.locator(`[data-block="${name}"]`).textContent()) ?? '';
    const curl = (await Promise.all(['settings', 'token', 'scan'].map(block))).join('');
    const answer = execFileSync('bash', ['-euc', curl], { encoding: 'utf8' });
    expect(JSON.parse(answer)).toMatchObject({ status: 'green', decision: 'pass' });

    const folder = mkdtempSync(join(tmpdir(), 'huren-quick-start-'));
    installPackage(folder);
    copyFileSync(join(gateway.dataDir, 'anchor.json'), join(folder, 'anchor.json'));
    writeFileSync(join(folder, 'scan.mjs'), await block('verify'));
    const printed = execFileSync(process.execPath, ['scan.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(printed).toBe('pass\n');
    rmSync(folder, { recursive: true, force: true });
    await context.close();
  });
});

describe('at the registry, anybody', () => {
  test.each([
    ['zh-CN', '注册表', '日志签名已在本浏览器核对', '谁可以赋码、转码'],
    ['en-GB', 'Registry', "the log's signature verified in this browser", 'Who may assign and convert'],
  ])('in %s does not see the provinces, or whether the log is signed', async (locale, title, signed, authority) => {
    const { context, page, complaints } = await open(locale);
    expect(await page.locator('h1').innerText()).toBe(title);
    expect(await page.locator('#provinces > details').count()).toBe(17);
    expect(await page.locator('#log').innerText()).toContain(signed);
    await page.locator('#province-140000 summary').click();
    // Submitted, checked, and two approvals: each entry proved here and signed by whom the page names.
    await expect.poll(() => page.locator('#province-140000 .proof.good').count()).toBe(4);
    const box = await page.locator('#province-140000').innerText();
    expect(box).toContain(authority);
    expect(box).not.toMatch(/undefined|\[object/);
    expect(await page.locator('main').innerText()).not.toMatch(/undefined|\[object/);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('cannot reach what is behind a province with the keyboard', async () => {
    const { context, page } = await open('en-GB');
    await page.locator('#province-410000 summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('#province-410000 h3').first().waitFor();
    await context.close();
  });

  test('has to scroll sideways on a small screen', async () => {
    const { context, page } = await open('zh-CN');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator('#province-110000 summary').click();
    await page.locator('#province-110000 .proof.good').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await context.close();
  });

  test('is shown a proof that does not hold as one that does', async () => {
    // The gateway shows other entries than those that it signed: one letter is another.
    const forged = await browser.newContext({ locale: 'en-GB' });
    const other = await forged.newPage();
    await other.route('**/v1/log/tile/entries/**', async (route) => {
      const reply = await route.fetch();
      const body = await reply.body();
      body[40] = (body[40] ?? 0) ^ 1;
      await route.fulfill({ response: reply, body });
    });
    await other.goto(`${gateway.url}/registry`);
    await other.locator('#province-310000 summary').click();
    const box = other.locator('#province-310000');
    await expect.poll(() => box.locator('.proof.bad').count()).toBe(4);
    expect(await box.locator('.proof.good').count()).toBe(0);
    // Neither its row nor its version says more than was proved.
    expect(await box.locator('> summary').innerText()).toContain('✗ proof does not hold');
    expect(await box.locator('h4').innerText()).toContain('✗ proof does not hold');
    expect(await box.locator('dl').allInnerTexts()).toContainEqual(expect.stringContaining('Approvals 0/2'));
    expect(await box.innerText()).not.toContain('✓ passed');
    await other.locator('#history p.proof.bad').waitFor();
    expect(await other.locator('#history li').count()).toBe(0);
    // Nor does anything else that is told from such a log: its counts, its rules and mandates, its entities, its foot.
    expect(await doubtTold(other)).toEqual(toldOnce('entries'));
    expect(await other.locator('#log .proof.good').count()).toBe(0);
    // Entries that nobody hands out are no lie, and no proof either.
    await other.route('**/v1/log/tile/entries/**', (route) => route.abort());
    await other.reload();
    expect(await doubtTold(other)).toEqual(toldOnce('unreadable'));
    await forged.close();
  });

  test('is shown a mark of somebody else, or of another version, as proved', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    // Each entry is true, and none is the one that the page speaks of.
    await page.route('**/v1/registry/adapters', async (route) => {
      const reply = await route.fetch();
      const list = adapterListSchema.parse(await reply.json());
      const moved = list.adapters.map((adapter) => ({
        ...adapter,
        versions: adapter.versions.map((version) => ({ ...version, version: '9.9.9' })),
      }));
      await route.fulfill({ response: reply, json: { adapters: moved } });
    });
    await page.goto(`${gateway.url}/registry`);
    // Its row says so before anybody opens it.
    await page.locator('#province-310000 > summary .badge.unproven').waitFor();
    await page.locator('#province-310000 summary').click();
    await expect.poll(() => page.locator('#province-310000 .proof.bad').count()).toBe(3);
    // An entry of the history that nobody known has signed is as much against the log as one of an adapter.
    await page.unroute('**/v1/registry/adapters');
    await page.route('**/v1/registry/entities', async (route) => {
      const reply = await route.fetch();
      const { entities, ...rest } = entityListSchema.parse(await reply.json());
      const left = entities.map((one) => (one.role === 'anchor' ? { ...one, keys: [] } : one));
      await route.fulfill({ response: reply, json: { ...rest, entities: left } });
    });
    await page.reload();
    expect(await doubtTold(page)).toEqual(toldOnce('entries'));
    expect(await page.locator('.badge.unproven').count()).toBe(0);
    await context.close();
  });

  test('is shown a forged checkpoint, or one that is none, as a signed one', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route('**/v1/log/checkpoint', async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: (await reply.text()).replace(/\n(\d+)\n/, '\n1$1\n') });
    });
    await page.goto(`${gateway.url}/registry`);
    const notice = page.locator('[data-log-fault]');
    await notice.locator('.proof.bad').waitFor();
    expect(await notice.getAttribute('data-log-fault')).toBe('unsigned');
    expect(await page.locator('#log .proof.good').count()).toBe(0);
    expect(await doubtTold(page)).toEqual(toldOnce('unsigned'));
    await page.route('**/v1/log/checkpoint', (route) => route.fulfill({ body: 'no checkpoint' }));
    await page.reload();
    expect(await doubtTold(page)).toEqual(toldOnce('unreadable'));
    await context.close();
  });

  test('is shown a history that was begun anew, or a shorter one, as the one that was seen before', async () => {
    const { context, page } = await open('en-GB');
    const seen = await page.evaluate(`JSON.parse(localStorage.getItem('huren-registry-log'))`);
    const { size } = z.object({ size: z.int() }).parse(seen);
    const found = async (change: object) => {
      await page.evaluate(
        `localStorage.setItem('huren-registry-log', '${JSON.stringify({ ...Object(seen), ...change })}')`,
      );
      await page.reload();
      const { fault, ...told } = await doubtTold(page);
      expect({ fault, ...told }).toEqual(toldOnce(fault));
      return fault;
    };
    const root = Buffer.alloc(32, 7).toString('base64');
    expect(await found({ size: size - 3, root })).toBe('forked');
    expect(await found({ root })).toBe('forked');
    // What was seen and what is served stand there: nobody could compare them otherwise.
    const notice = page.locator('[data-log-fault]');
    const roots = await notice.locator('dd code').allInnerTexts();
    expect([roots.length, roots[0]]).toEqual([4, root]);
    expect(roots[2]).not.toBe(root);
    expect(await notice.locator('.proof.bad').count()).toBe(1);
    expect(await found({ size: size + 5 })).toBe('behind');
    expect(await notice.innerText()).toContain(`${size + 5} entries`);
    expect(await notice.locator('.proof.bad').count()).toBe(0);
    const { verifierKey } = makeLogKey(new URL(gateway.url).host);
    expect(await found({ keys: [verifierKey] })).toBe('keys_changed');
    // Nothing is proved under such a log, until a person has compared it.
    await page.locator('#province-310000 summary').click();
    await expect.poll(() => page.locator('#province-310000 .proof.unchecked').count()).toBe(4);
    await page.getByRole('button', { name: 'I have compared it by another way: accept this log' }).click();
    await expect.poll(() => page.locator('#province-310000 .proof.good').count()).toBe(4);
    await context.close();
  });

  test('takes what was read before for what is so now', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route('**/v1/log/checkpoint?since=*', (route) => route.abort());
    await page.goto(`${gateway.url}/registry`);
    const told = page.getByRole('alert').getByText('The registry cannot be read at the moment');
    await told.waitFor();
    expect(await page.locator('.feed').innerText()).toBe('not up to date');
    // Nor at its foot, on another visit, or on the page of one province.
    const foot = page.locator('#log');
    await foot.getByText('since then nothing is known').waitFor();
    await foot.locator('.proof').getByText('(as of ').waitFor();
    await page.goto(`${gateway.url}/coverage?province=310000&lang=en`);
    await told.waitFor();
    await page.route('**/v1/registry/**', (route) => route.abort());
    await page.reload();
    await page.getByRole('status').getByText('The registry cannot be read. Try again later.').waitFor();
    await context.close();
  });

  test('does not find a province by its name in the other language, by its code, or by its system', async () => {
    const { context, page } = await open('en-GB');
    const find = page.getByRole('searchbox', { name: 'Find a province, system or code' });
    const shown = () => page.locator('#provinces > details').evaluateAll((boxes) => boxes.map(({ id }) => id));
    for (const words of ['上海', 'shanghai', '310000']) {
      await find.fill(words);
      await expect.poll(shown).toEqual(['province-310000']);
    }
    await find.fill('');
    // In the order of the codes, Tianjin among them.
    const ids = await shown();
    expect(ids).toEqual(ids.toSorted());
    await find.fill('no such province');
    await page.getByRole('status').getByText('No province matches.').waitFor();
    await context.close();
  });
});

/** Of two colours as a browser computes them, by WCAG. */
function contrast(one: string, other: string): number {
  const [least = 0, most = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (most + 0.05) / (least + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
