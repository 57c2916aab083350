import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { adapterViewSchema, entityListSchema } from '../../schemas/registry-views.ts';
import { sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { startChromium } from './chromium.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCodes } from './venue-client.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');
/** What a script on the page could try. As text: the test's own compiler would rewrite the import. */
const TAKE_KEY = `(async () => {
  const { loadKey } = await import('/web/registry-key.js');
  const { operator } = await (await fetch('/registry/session')).json();
  const { privateKey } = await loadKey(operator.entity_id);
  return await crypto.subtle.exportKey('jwk', privateKey).then(() => 'exported', () => 'kept');
})()`;
const PENDING = '#pending-120000-0\\.1\\.0';

let gateway: SandboxGateway;
let browser: Browser;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  browser = await startChromium();
  await run('registry', 'enrol', 'province:120000');
  await run('adapter', 'submit', EXAMPLE);
  await run('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-a');
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
});

async function run(...argv: string[]): Promise<void> {
  const ran = await huren(argv, { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir });
  expect([ran.exit, ran.stderr], argv.join(' ')).toEqual([0, '']);
}

/** A browser of its own, and everything that its pages complained about. */
async function open(
  locale: string,
  path = '/registry',
  shown = '#log .proof',
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale, viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${gateway.url}${path}`);
  await page.locator(shown).first().waitFor();
  return { context, page, complaints };
}

/** What a scan of Tianjin's green leads to: a decision, or a problem's code. */
async function outcome(): Promise<string> {
  const reply = await fetch(`${gateway.url}/sandbox/codes?unregistered=1`);
  const green = sandboxCodesSchema.parse(await reply.json()).find(({ scenario }) => scenario === 'green');
  const venue = await openVenueClient(gateway.url);
  const scanned = await venue.post('/v1/verifications', { code: green?.code, purpose: 'medical_visit' });
  const answer = z.object({ decision: z.string().optional(), code: z.string().optional() }).parse(await scanned.json());
  return answer.decision ?? answer.code ?? '';
}

async function logIn(page: Page, account: string): Promise<void> {
  await page.locator('#operator a').click();
  await page.locator(`button[value="${account}"]`).click();
  await page.locator('#operator h2').waitFor();
}

describe('anybody', () => {
  test.each([
    ['zh-CN', '注册表', '日志签名已在本浏览器核对', '谁可以赋码、转码'],
    ['en-GB', 'Registry', "the log's signature verified in this browser", 'Who may assign and convert'],
  ])('in %s does not see the provinces, or whether the log is signed', async (locale, title, signed, authority) => {
    const { context, page, complaints } = await open(locale);
    expect(await page.locator('h1').innerText()).toBe(title);
    expect(await page.locator('#provinces > details').count()).toBe(18);
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
    const { context, page } = await open('en-GB');
    // The gateway gives another entry's proof.
    await page.route('**/v1/log/proof/inclusion?*', async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('index', '0');
      await route.fulfill({ response: await route.fetch({ url: url.href }) });
    });
    await page.locator('#province-310000 summary').click();
    await expect.poll(() => page.locator('#province-310000 .proof.bad').count()).toBe(4);
    expect(await page.locator('#province-310000 .proof.good').count()).toBe(0);
    await context.close();
  });

  test('is shown a forged checkpoint as a signed one', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route('**/v1/log/checkpoint', async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: (await reply.text()).replace(/\n(\d+)\n/, '\n1$1\n') });
    });
    await page.goto(`${gateway.url}/registry`);
    await page.locator('#log .proof.bad').waitFor();
    await context.close();
  });
});

describe('an operator', () => {
  test('cannot put a version to use or stop it with a key of this browser, or can before it is enrolled', async () => {
    const { context, page, complaints } = await open('zh-CN');
    await logIn(page, 'operator-b');
    await page.getByRole('button', { name: '在本浏览器生成密钥' }).click();
    const jwk = (await page.locator('#enrol-command').getAttribute('data-jwk')) ?? '';
    expect(JSON.parse(jwk)).not.toHaveProperty('d');
    await page.locator(`${PENDING} input`).check();
    await page.locator(`${PENDING} .proof.good`).waitFor();
    expect(await page.locator(`${PENDING} button`).last().isDisabled()).toBe(true);

    await run('registry', 'enrol-key', jwk, '--as', 'operator-b');
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('此密钥已登记').waitFor();
    await page.locator(`${PENDING} input`).check();
    await page.getByRole('button', { name: '批准此版本' }).click();
    await page.getByRole('button', { name: '全量启用此版本' }).waitFor();

    const { kid } = z.object({ kid: z.string() }).parse(JSON.parse(jwk));
    const [version] = (await tianjin()).versions;
    expect(version?.approvals.map(({ counts }) => counts)).toEqual([true, true]);
    expect(version?.approvals[1]?.kid).toBe(kid);

    await page.locator(`${PENDING} input`).check();
    await page.getByRole('button', { name: '全量启用此版本' }).click();
    await expect.poll(async () => (await tianjin()).active).toBe('0.1.0');
    expect(await outcome()).toBe('pass');

    await page.locator('#suspend-province').selectOption('120000');
    await page.locator('#suspend-reason').selectOption('misuse');
    await page.getByRole('button', { name: '暂停此适配器' }).click();
    await expect.poll(outcome, { timeout: 1_000 }).toBe('adapter_suspended');
    await page.locator('#resume-120000').getByText('赋码被滥用').waitFor();
    await page.getByRole('button', { name: '恢复此适配器' }).click();
    await expect.poll(outcome, { timeout: 1_000 }).toBe('pass');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("finds another operator's key, or can take the key out of the browser", async () => {
    const { context, page } = await open('en-GB');
    await logIn(page, 'operator-a');
    await page.getByRole('button', { name: 'Make a key in this browser' }).click();
    await page.locator('#enrol-command').waitFor();
    const taken = await page.evaluate(TAKE_KEY);
    expect(taken).toBe('kept');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Operator login' }).waitFor();
    await logIn(page, 'operator-b');
    await page.getByText('There is no key of yours in this browser yet.').waitFor();
    await context.close();
  });

  test('stays logged in by a cookie that a script or another site can use', async () => {
    const { context, page } = await open('en-GB');
    await logIn(page, 'operator-a');
    const cookie = (await context.cookies(`${gateway.url}/registry`)).find(({ name }) => name === 'huren_operator');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/registry' });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Operator login' }).waitFor();
    const headers = { cookie: `huren_operator=${cookie?.value}` };
    const session = await (await fetch(`${gateway.url}/registry/session`, { headers })).json();
    expect(session).toEqual({ login: true, operator: null });
    await context.close();
  });

  test('is logged in by a callback that nobody here began', async () => {
    const reply = await fetch(`${gateway.url}/registry/callback?code=x&state=y`, { redirect: 'manual' });
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toBe('/registry?login=failed');
    expect(reply.headers.get('set-cookie')).not.toContain('huren_operator');
    const begun = await fetch(`${gateway.url}/registry/login`, { redirect: 'manual' });
    const [login = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
    const wrong = await fetch(`${gateway.url}/registry/callback?code=x&state=y`, {
      redirect: 'manual',
      headers: { cookie: login },
    });
    expect(wrong.headers.get('location')).toBe('/registry?login=failed');
  });

  test('is entitled to anything by the login alone', async () => {
    const before = await entities();
    const reply = await fetch(`${gateway.url}/v1/registry/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/jose' },
      body: 'eyJhbGciOiJub25lIn0.eyJraW5kIjoiYWRhcHRlcl9hcHByb3ZlZCJ9.',
    });
    expect(reply.status).toBe(400);
    expect((await entities()).size).toBe(before.size);
  });
});

describe('the desk', () => {
  const cellOf = (page: Page, issuer: string) =>
    page.locator(`[data-issuer="${issuer}"][data-destination="440000"]`).evaluate((cell) => {
      const { presented, recognised } = cell instanceof HTMLElement ? cell.dataset : {};
      return [Number(presented), Number(recognised)];
    });

  test('shows other numbers than were scanned, or only when it is loaded anew, or hides what has just begun', async () => {
    const codes = await sandboxCodes(gateway.url);
    const of = (decision: string) =>
      codes.find(({ province, expected }) => {
        return (
          province === '110000' && 'status' in expected && expected.status === 'green' && expected.decision === decision
        );
      })?.code ?? '';
    const venue = await openVenueClient(gateway.url);
    const scan = (code: string, times: number) => Promise.all(Array.from({ length: times }, () => venue.verify(code)));
    await scan(of('pass'), 5);
    const { page, context, complaints } = await open('en-GB', '/coverage', '[data-live="live"] [data-issuer]');
    expect(await cellOf(page, '110000')).toEqual([5, 5]);
    await scan(of('refer'), 40);
    await expect.poll(() => cellOf(page, '110000'), { timeout: 10_000 }).toEqual([45, 5]);
    const first = page.locator('.attention li').first();
    expect(await first.getAttribute('data-attention')).toBe('recognition_falling');
    expect(await first.innerText()).toContain('Beijing → Guangdong');
    // One stop for all cells, and Enter shows what is behind one.
    await page.locator('[data-at][href]:not([tabindex])').focus();
    for (let row = 0; row < 20 && !(await page.locator('[data-issuer="110000"] :focus').count()); row += 1) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.locator('[data-reason="popup"]').waitFor();
    expect(page.url()).toContain('issuer=110000&destination=440000');
    await page.goBack();
    await expect.poll(() => page.locator('.detail').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each([
    [390, 'zh-CN', 'dark'],
    [1280, 'en-GB', 'light'],
    [1920, 'zh-CN', 'light'],
  ] as const)('at %d px in %s keeps somebody out, or scrolls sideways', async (width, locale, colorScheme) => {
    const { page, context } = await open(locale, '/coverage?issuer=110000&window=7d', '.detail dd');
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(AXE);
    const found: unknown = await page.evaluate(`axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`);
    expect(found).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.locator('main').innerText()).not.toMatch(/undefined|NaN|\[object/);
    await context.close();
  });
});

async function tianjin() {
  return adapterViewSchema.parse(await (await fetch(`${gateway.url}/v1/registry/adapters/120000`)).json());
}

async function entities() {
  return entityListSchema.parse(await (await fetch(`${gateway.url}/v1/registry/entities`)).json());
}
