import { readFileSync } from 'node:fs';
import type { Browser, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { keysOf, type LocalisedText } from '../../schemas/code-lists/index.ts';
import { ownMember } from '../../schemas/own-member.ts';
import { PROBLEMS } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { DOOR_NEXT_TEXTS, LAST_RESORT_TEXT, OPERATOR_NEXT_TEXTS } from '../../schemas/texts/door-next.ts';
import { seriousFindings } from './accessibility.ts';
import { startChromium } from './chromium.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import {
  codeOf,
  DoorPage,
  issuePass,
  LIGHT,
  mutated,
  qrPicture,
  REQUEST_ID,
  refuse,
  refusedWith,
  revokePass,
  startDoorBrowser,
  typeAsReader,
} from './scan-page.ts';
import { sandboxCodes, setFault } from './venue-client.ts';

/** A sheet in CSS pixels. */
const A4 = { width: 794, height: 1123 };
/** As printers leave it. */
const MARGIN = { top: '1cm', bottom: '1cm', left: '1cm', right: '1cm' };
/** Notes what is sounded and shaken. As text: it runs before the page. */
const LISTEN = `(() => {
  globalThis.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) { heard.push(this.frequency.value); return start.apply(this, given); };
  Navigator.prototype.vibrate = (pattern) => { heard.push('shaken ' + pattern); return true; };
})()`;

/** Names within an address that stand on more than one line. As text: it runs in the page. */
const TORN = `(() => {
  const texts = document.createTreeWalker(document.querySelector('.whom'), NodeFilter.SHOW_TEXT);
  const torn = [];
  while (texts.nextNode()) {
    for (const { 0: name, index } of texts.currentNode.data.matchAll(/[a-z]+/gi)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + name.length);
      // The first letter of all is a piece of its own, on the same line.
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) torn.push(name);
    }
  }
  return torn;
})()`;

/** How words in a list look: their ground, and how wide that is. */
const LOOKS = (words: (HTMLElement | SVGElement)[]) =>
  words.map((word) => ({ ground: getComputedStyle(word).backgroundColor, width: word.getBoundingClientRect().width }));

let gateway: SandboxGateway;
let codes: SandboxCode[];
let browser: Browser;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  codes = await sandboxCodes(gateway.url);
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
});

const everyCode = () => codes.map(({ code }) => code);
const henan = (scenario: string) => codeOf(codes, '410000', scenario);

describe('a door in one hand', () => {
  test('sounds or shakes alike for two outcomes, or sounds when it is told not to', async () => {
    const open = await DoorPage.open(browser, gateway.url, { before: LISTEN });
    const heard = async (code: string) => {
      await open.page.evaluate('heard.length = 0');
      await open.type(code);
      return z
        .array(z.unknown())
        .parse(await open.page.evaluate('heard'))
        .join(' ');
    };
    const told = new Set<string>();
    for (const scenario of ['green', 'red', 'red-without-ground', 'unknown']) told.add(await heard(henan(scenario)));
    expect(told.size).toBe(4);
    for (const one of told) expect(one).toMatch(/shaken \d+.* \d+|\d+.* shaken \d+/);
    await open.page.getByRole('button', { name: 'Sound off' }).click();
    expect(await heard(henan('green'))).toMatch(/^shaken [\d,]+$/);
    await open.context.close();
  });

  test('lets somebody through by a certificate without a look at who holds it', async () => {
    const open = await DoorPage.open(browser, gateway.url);
    const certified = await open.type(codeOf(codes, '900000', 'green'));
    expect(certified).toMatchObject({ decision: 'pass', verified: 'true' });
    expect(certified.words).toContain('Look at an identity document');
    expect(certified.words).toMatch(/Signed is the gateway's answer|signed is the gateway's answer/);
    expect(certified.words).toContain('Sandbox: simulated');
    expect(certified.words).not.toContain("issuer's gateway");
    expect((await open.type(henan('green'))).words).not.toContain('identity document');
    await open.context.close();
  });

  test('has a light that cannot be turned on, or stays on with the camera off', async () => {
    const door = await startDoorBrowser([[]]);
    const open = await DoorPage.open(door.browser, gateway.url, { before: LIGHT });
    await open.page.getByRole('button', { name: 'Light on' }).click();
    await open.page.getByRole('button', { name: 'Light off' }).click();
    expect(await open.page.evaluate('lit')).toEqual([true, false]);
    await open.page.getByRole('button', { name: 'Stop the camera' }).click();
    await open.page.getByRole('button', { name: 'Start the camera' }).waitFor();
    expect(await open.page.getByRole('button', { name: /^Light/ }).count()).toBe(0);
    await door.close();
  });

  test('answers for another of two codes in a picture, or cannot read the densest', async () => {
    const open = await DoorPage.open(browser, gateway.url);
    await open.showPicture(qrPicture([henan('green'), henan('red')]));
    await open.page.getByRole('button', { name: 'Check code 2' }).click();
    expect(await open.putAway()).toMatchObject({ decision: 'restrict', verified: 'true' });
    const [densest] = codes
      .filter(({ expected, venue }) => 'decision' in expected && venue === undefined)
      .sort((a, b) => b.code.length - a.code.length);
    await open.showPicture(qrPicture([densest?.code ?? '']));
    expect(await open.putAway()).toMatchObject({ ...decided(densest), verified: 'true' });
    await open.showPicture(qrPicture([]));
    expect(await open.putAway()).toMatchObject({
      problem: 'no_code_in_picture',
      words: expect.stringMatching(/have staff look into it[\s\S]*Scan again/),
    });
    await open.context.close();
  });

  test('is told a refusal by its code alone', async () => {
    const open = await DoorPage.open(browser, gateway.url);
    const some = keysOf(PROBLEMS).filter((code, at) => (at > 0 && at % 6 === 0) || code === 'internal');
    const forOperators: Readonly<Record<string, LocalisedText>> = OPERATOR_NEXT_TEXTS;
    for (const code of some) {
      const shown = await refusedWith(open, code);
      expect(shown).toMatchObject({
        problem: code,
        verified: 'false',
        words: expect.stringContaining((ownMember(forOperators, code) ?? PROBLEMS[code].next).en),
      });
      // What is for somebody else does not come first.
      expect(shown.words.split('\n').filter(Boolean)[1]).toBe((DOOR_NEXT_TEXTS[code] ?? PROBLEMS[code].next).en);
      // Whoever looks for the cause needs what the log has it under; nobody else does.
      expect(shown.words.includes(REQUEST_ID)).toBe(code === 'internal');
    }
    await open.context.close();
  });

  test.each([
    ['rate_limited', '7', 'try again in 7 s, or have', 'Retry-After (7 s)'],
    ['unavailable', '5', 'try again in 5 s, or have', 'Retry-After (5 s)'],
    ['unknown_codes_excessive', '600', 'tell the operator', 'Retry-After (600 s)'],
    ['rate_limited', '99999', 'try again in 3600 s, or have', 'Retry-After (3600 s)'],
    ['rate_limited', '1.5', 'try again in a moment, or have', 'the seconds in Retry-After'],
  ] as const)('is told %s with Retry-After %s, and not when to ask again', async (code, retryAfter, lead, forOperator) => {
    const open = await DoorPage.open(browser, gateway.url);
    const { words } = await refusedWith(open, code, { retryAfter });
    const said = words.replaceAll('\u00a0', ' ');
    expect(said.split('\n').filter(Boolean)[1]).toContain(lead);
    expect(said).toContain(forOperator);
    expect(said).not.toMatch(/99999|1\.5/);
    await open.context.close();
  });

  test.each([
    'token_missing',
    'token_invalid',
  ] as const)('is to sign in at a sandbox (%s), where nobody can', async (code) => {
    const open = await DoorPage.open(browser, gateway.url);
    const { words } = await refusedWith(open, code);
    expect(words).toMatch(
      /; choose an invented venue, then check the code[\s\S]*Choose an invented venue\s+Next person/,
    );
    expect(words).not.toMatch(/sign in|access token from|new access token|Operator/i);
    const many = open.page.getByRole('button', { name: 'A coach: many codes' });
    await many.click();
    await refuse(open.page, '**/v1/verifications/batch', code);
    await open.page.locator('#codes').fill(henan('green'));
    await open.page.getByRole('button', { name: 'Check them all' }).click();
    const told = open.page.locator('.batch [role=alert]').filter({ hasText: 'Go on with the rest' });
    expect(await told.innerText()).not.toMatch(/sign in/i);
    await open.context.close();
  });

  test('is to sign in, or to use a token, where a venue of the sandbox was not chosen yet', async () => {
    const open = await DoorPage.open(browser, gateway.url, { query: 'lang=en' });
    await open.page.locator('.ways').waitFor();
    // As a reader types it: there is no field yet.
    await typeAsReader(open.page, henan('green'));
    const { problem, words } = await open.answer();
    expect(problem).toBe('access_missing');
    expect(words).toMatch(
      /; choose an invented venue, then check the code[\s\S]*Choose an invented venue\s+Next person/,
    );
    expect(words).not.toMatch(/sign in for|access token/i);
    await open.context.close();
  });

  test('has a bundle that has lapsed, or no network, and nothing to try again with', async () => {
    const pass = await issuePass(gateway.url, henan('green'));
    const open = await DoorPage.open(browser, gateway.url);
    const { page } = open;
    const away = (route: Route) => route.abort();
    await page.route('**/v1/**', away);
    await page.clock.install({ time: Date.now() + 2 * 86_400_000 });
    await page.locator('#typed').fill(pass);
    await page.locator('#typed').press('Enter');
    expect(await open.answer()).toMatchObject({
      problem: 'bundle_lapsed',
      words: expect.stringMatching(/; try again with a network, or[\s\S]*Try again\s+Next person/),
    });
    await page.locator('.acts .primary:focus').waitFor();
    await page.keyboard.press('Enter');
    const unreached = page.locator('[data-unreached]').filter({ hasText: 'no trust bundle that stands' });
    await unreached.waitFor();
    await page.locator('[data-trust="lapsed"]').waitFor();
    await page.clock.setSystemTime(Date.now());
    await page.unroute('**/v1/**', away);
    await unreached.getByRole('button', { name: 'Try again' }).press('Enter');
    await unreached.waitFor({ state: 'detached' });
    await page.locator('[data-trust="held"]').waitFor();
    await page.locator('#content:focus').waitFor();
    expect(await open.type(pass)).toMatchObject({ decision: 'pass', verified: 'true' });
    await open.context.close();
  });

  test.each(['zh', 'en'])('reads an address in %s that is torn within a name', async (lang) => {
    const viewport = { width: 320, height: 568 };
    const open = await DoorPage.open(browser, gateway.url, {
      query: `venue=guangzhou-hospital&lang=${lang}`,
      viewport,
    });
    const url = 'https://appeal-of-the-province.example.gov.example/health-code/appeals';
    await open.page.route('**/v1/verifications', async (route) => {
      const reply = await route.fetch();
      const body = z.looseObject({ remedy: z.looseObject({}) }).parse(await reply.json());
      await route.fulfill({ response: reply, json: { ...body, remedy: { ...body.remedy, phone: null, url } } });
    });
    await open.page.locator('#typed').fill(henan('red'));
    await open.page.locator('#typed').press('Enter');
    await open.answer();
    expect(await open.page.locator('.whom').textContent()).toContain(url);
    expect(await open.page.evaluate(TORN)).toEqual([]);
    expect(await open.page.locator('.whom a').getAttribute('target')).toBe('_blank');
    await open.context.close();
  });

  test.each([
    'http://appeal.example/',
    'javascript:alert(1)',
  ])('follows an address to appeal at (%s) that is no page over https', async (url) => {
    const open = await DoorPage.open(browser, gateway.url);
    await open.page.route('**/v1/verifications', async (route) => {
      const reply = await route.fetch();
      const body = z.looseObject({ remedy: z.looseObject({}) }).parse(await reply.json());
      await route.fulfill({ response: reply, json: { ...body, remedy: { ...body.remedy, url } } });
    });
    const { words } = await open.type(henan('red'));
    expect(words.replaceAll('\u200b', '')).toContain(url);
    await open.page.locator('#typed').fill(henan('red'));
    await open.page.locator('#typed').press('Enter');
    await open.answer();
    expect(await open.page.locator('.whom a').count()).toBe(0);
    await open.context.close();
  });

  test('offers a camera that the browser does not give', async () => {
    const open = await DoorPage.open(browser, gateway.url, { before: 'delete Navigator.prototype.mediaDevices' });
    await open.page.locator('[data-camera="camera_insecure"]').waitFor();
    expect(await open.page.getByRole('button', { name: 'Start the camera' }).count()).toBe(0);
    await open.context.close();
  });

  test('offers to check where nothing can be checked', async () => {
    const open = await DoorPage.open(browser, gateway.url, {
      prepare: (page) => page.route('**/v1/**', (route) => route.abort()),
      ready: '[data-unreached]',
    });
    await open.page.getByRole('heading', { name: 'Nothing can be checked' }).waitFor();
    expect(await open.page.locator('#typed, .stage').count()).toBe(0);
    await open.context.close();
  });

  test('presses for an answer again while the question is under way', async () => {
    const open = await DoorPage.open(browser, gateway.url);
    let asked = 0;
    await open.page.route('**/v1/verifications', () => {
      asked += 1;
    });
    const check = open.page.getByRole('button', { name: 'Check', exact: true });
    await open.page.locator('#typed').fill(henan('green'));
    await check.click();
    await open.page.locator('.entry button[aria-disabled="true"]:focus').waitFor();
    await open.page.locator('#typed').fill(henan('red'));
    await open.page.locator('#typed').press('Enter');
    expect([await open.page.locator('#typed').inputValue(), asked]).toEqual([henan('red'), 1]);
    await open.context.close();
  });
});

describe('many codes at once', () => {
  const open = async () => {
    const door = await DoorPage.open(browser, gateway.url);
    await door.page.getByRole('button', { name: 'A coach: many codes' }).click();
    return door;
  };
  const rows = async ({ page }: DoorPage) => {
    await page.locator('[data-batch="done"]').waitFor();
    return await page
      .locator('tbody tr')
      .evaluateAll((found) => found.map((row) => (row instanceof HTMLElement ? { ...row.dataset } : {})));
  };

  test('are answered for other lines, leave in an address, or are kept', async () => {
    const door = await open();
    const lines = [henan('green'), '', henan('red'), henan('red-without-ground'), henan('unknown')];
    await door.page.locator('#codes').fill(lines.join('\n'));
    await door.page.getByRole('button', { name: 'Check them all' }).click();
    expect(await rows(door)).toEqual([
      { line: '1', decision: 'pass' },
      { line: '3', decision: 'restrict' },
      { line: '4', decision: 'refer' },
      { line: '5', problem: 'code_unrecognised' },
    ]);
    expect(await door.page.locator('.totals').innerText()).toMatch(
      /Total 4\s.*PASS 1\s.*RESTRICT 1\s.*REFER 1\s.*OTHER 1/,
    );
    expect(await door.page.locator('.totals').innerText()).not.toMatch(/[●▲■?]/);
    const worn = await door.page.locator('tbody .word').evaluateAll(LOOKS);
    expect(new Set(worn.map(({ ground }) => ground)).size).toBe(4);
    expect(new Set(worn.map(({ width }) => width)).size).toBe(1);
    // Of one among many as of one alone: nobody is turned away for it.
    const unknown = await door.page.locator('tr[data-line="5"] .step').allInnerTexts();
    expect(unknown).toEqual([DOOR_NEXT_TEXTS.code_unrecognised.en, LAST_RESORT_TEXT.en]);
    expect(await door.page.locator('main').innerText()).not.toContain(henan('green'));
    expect(await seriousFindings(door.page)).toEqual([]);
    // One row has the focus, and keys hand it on.
    await door.page.locator('tbody tr').first().focus();
    await door.page.keyboard.press('End');
    await door.page.keyboard.press('ArrowUp');
    await door.page.locator('tr[data-line="4"]:focus').waitFor();
    await door.page.getByRole('button', { name: 'Only those not passing' }).click();
    expect(await rows(door)).toHaveLength(3);
    const saving = door.page.waitForEvent('download');
    await door.page.getByRole('button', { name: 'Save as CSV' }).click();
    const csv = readFileSync(await (await saving).path(), 'utf8');
    expect(csv.split('\n').map((row) => row.split(',')[0])).toEqual(['line', '1', '3', '4', '5', '']);
    expect(everyCode().filter((code) => csv.includes(code))).toEqual([]);
    expect([...door.complaints, ...door.astray(gateway.url, everyCode())]).toEqual([]);
    await door.page.reload();
    expect(await door.page.locator('tbody tr').count()).toBe(0);
    await door.context.close();
  });

  test('are begun anew after the network went away, or a pass among them needs it', async () => {
    const pass = await issuePass(gateway.url, henan('green'));
    const door = await open();
    await door.cutNetwork();
    await door.page.locator('#codes').fill(`${pass}\n`);
    await door.page.getByRole('button', { name: 'Check them all' }).click();
    expect(await rows(door)).toEqual([{ line: '1', decision: 'pass' }]);
    const many = Array.from({ length: 21 }, () => pass);
    await door.page.locator('#codes').fill([...many, henan('green')].join('\n'));
    await door.page.getByRole('button', { name: 'Check them all' }).click();
    await door.page.locator('[data-batch="stopped"]').waitFor();
    expect(await door.page.locator('tbody tr').count()).toBe(20);
    const told = await door.page.locator('.batch [role=alert]').innerText();
    expect(told).toMatch(/Stopped at line 21: 20 of 22 checked, 2 waiting\. No network\. Turn nobody away/);
    expect(told).not.toMatch(/this code|the person/);
    const all = door.page.getByRole('button', { name: 'Check them all' });
    expect([await all.getAttribute('class'), await all.getAttribute('aria-disabled')]).toEqual([null, 'true']);
    await door.context.setOffline(false);
    await door.page.getByRole('button', { name: 'Go on with the rest' }).click();
    expect((await rows(door)).map(({ line }) => Number(line))).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
    await door.context.close();
  });
});

test('a coach that takes too long cannot be stopped, or not gone on with', async () => {
  const { page, context } = await DoorPage.open(browser, gateway.url);
  await page.getByRole('button', { name: 'A coach: many codes' }).click();
  await page.route('**/v1/verifications/batch', () => {});
  await page.locator('#codes').fill([henan('green'), henan('red')].join('\n'));
  await page.getByRole('button', { name: 'Check them all' }).click();
  await page.locator('[data-batch="running"]').getByText('Checking …').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const told = page.locator('[data-batch="stopped"] [role=alert]');
  expect(await told.innerText()).toMatch(/Stopped at line 1: 0 of 2 checked, 2 waiting\. You stopped it/);
  await page.locator('#batch-name:focus').waitFor();
  await page.unroute('**/v1/verifications/batch');
  await page.getByRole('button', { name: 'Go on with the rest' }).click();
  await page.locator('[data-batch="done"]').waitFor();
  expect(await page.locator('tbody tr').count()).toBe(2);
  await context.close();
});

describe('a traveller', () => {
  const ask = async (door: DoorPage, code: string) => {
    await door.page.locator('#typed').fill(code);
    await door.page.locator('#typed').press('Enter');
    const shown = door.page.locator('[data-pass]');
    await shown.waitFor();
    return { kind: await shown.getAttribute('data-pass'), words: await shown.innerText() };
  };

  test('gets a pass that does not scan off its print, that says too much, or that is kept', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass', colorScheme: 'dark' });
    const code = codeOf(codes, '410000', 'green');
    const shown = await ask(desk, code);
    expect(shown).toMatchObject({ kind: 'issued', words: expect.stringContaining('Henan → Guangdong') });
    expect(shown.words).not.toContain(code);
    expect(await seriousFindings(desk.page)).toEqual([]);
    await desk.page.emulateMedia({ media: 'print' });
    await desk.page.setViewportSize(A4);
    expect(await desk.page.getByRole('button').count()).toBe(0);
    const print = await desk.page.screenshot();
    for (const format of ['A4', 'A6']) {
      const paper = await desk.page.pdf({ format, margin: MARGIN });
      const sheets = paper.toString('latin1').match(/\/Type\s*\/Page\b/g);
      expect(sheets, format).toHaveLength(1);
    }
    const scanner = await DoorPage.open(browser, gateway.url);
    await scanner.cutNetwork();
    await scanner.showPicture(print);
    expect(await scanner.putAway()).toMatchObject({ decision: 'pass', verified: 'true' });
    expect([...desk.complaints, ...desk.astray(gateway.url, everyCode())]).toEqual([]);
    await desk.page.reload();
    await desk.page.locator('#typed').waitFor();
    expect(await desk.page.locator('[data-pass]').count()).toBe(0);
    await Promise.all([desk.context.close(), scanner.context.close()]);
  });

  test('is shown a pass that does not verify, or somebody else’s', async () => {
    const strange = await issuePass(gateway.url, codeOf(codes, '330000', 'green'));
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
    for (const [put, failure] of [
      [(pass: string) => mutated(pass), 'signature_invalid'],
      [() => strange, 'reply_mismatch'],
    ] as const) {
      const swap = async (route: Route) => {
        const reply = await route.fetch();
        const body = z.looseObject({ pass: z.string() }).parse(await reply.json());
        await route.fulfill({ response: reply, json: { ...body, pass: put(body.pass) } });
      };
      await desk.page.route('**/v1/passes', swap);
      expect(await ask(desk, henan('green'))).toMatchObject({ kind: 'none' });
      expect(await desk.page.locator('[data-pass]').getAttribute('data-problem')).toBe(failure);
      await desk.page.unroute('**/v1/passes', swap);
      await desk.page.getByRole('button', { name: 'Another code' }).click();
    }
    await desk.context.close();
  });

  test('is told to try again what no waiting changes, or that there is no pass where none is needed', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
    const { words } = await ask(desk, henan('red-without-ground'));
    expect(words).toMatch(/did not substantiate[\s\S]*You can appeal, or call 12345/);
    expect(words).not.toMatch(/in a moment|cannot be told now/);
    await desk.page.getByRole('button', { name: 'Another code' }).click();
    await refuse(desk.page, '**/v1/passes', 'check_not_permitted');
    expect((await ask(desk, henan('green'))).words).toMatch(/^No pass is needed[\s\S]*You may go in/);
    await desk.context.close();
  });

  test('gets a pass for a red, or is not told where to appeal', async () => {
    const query = 'venue=guangzhou-hospital&lang=zh';
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass', query });
    const shown = await ask(desk, codeOf(codes, '410000', 'red'));
    expect(shown).toMatchObject({ kind: 'none', words: expect.stringMatching(/红码[\s\S]*12345/) });
    expect(await desk.page.locator('a.phone[href="tel:12345"]').count()).toBe(1);
    expect(await desk.page.locator('a.call[href="tel:12345"]').count()).toBe(1);
    expect(await seriousFindings(desk.page)).toEqual([]);
    await desk.context.close();
  });

  test('is told to sign in at a sandbox, or not when to try again', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
    for (const [code, told, words] of [
      [
        'token_invalid',
        {},
        /choose an invented venue, then show your code again\s+Operator[\s\S]*Choose an invented venue/,
      ],
      ['rate_limited', { retryAfter: '7' }, /Try again in 7\s+?s, or show the code/],
      ['rate_limited', {}, /Try again in a moment, or show the code/],
    ] as const) {
      const letIn = await refuse(desk.page, '**/v1/passes', code, told);
      expect(await ask(desk, henan('green'))).toMatchObject({ kind: 'none', words: expect.stringMatching(words) });
      await letIn();
      await desk.page.getByRole('button', { name: 'Another code' }).click();
    }
    await desk.context.close();
  });

  test('reads of a pass where a green is too short for one', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
    const code = codeOf(codes, '420000', 'green');
    expect(await ask(desk, code)).toMatchObject({ kind: 'issued' });
    await setFault(gateway.url, '420000', { status: 503 }, { keep_cache: true });
    await desk.page.getByRole('button', { name: 'Another code' }).click();
    const shown = await ask(desk, code);
    await setFault(gateway.url, '420000', null);
    expect(shown).toMatchObject({ kind: 'none', words: expect.stringMatching(/GREEN\s+may enter/) });
    expect(shown.words).not.toContain('PASS');
    await desk.context.close();
  });

  test('sees a status by its word alone', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass' });
    const grounds = new Set<string | undefined>();
    for (const scenario of ['red', 'yellow', 'red-without-ground', 'green']) {
      await ask(desk, henan(scenario));
      // Who is turned away with a pass in hand has a number to call as well.
      if (scenario === 'green') expect(await desk.page.locator('a.call[href="tel:12345"]').count()).toBe(1);
      grounds.add((await desk.page.locator('[data-pass] .chip').evaluateAll(LOOKS))[0]?.ground);
      await desk.page.locator('[data-pass] button').last().click();
    }
    expect([grounds.size, grounds.has('rgba(0, 0, 0, 0)')]).toEqual([4, false]);
    await desk.context.close();
  });

  test('is told what staff have to do, or not that there is no such venue', async () => {
    const desk = await DoorPage.open(browser, gateway.url, { path: '/pass', query: 'venue=sanya-supermarket' });
    const shown = await ask(desk, henan('green'));
    expect(shown).toMatchObject({ words: expect.stringMatching(/You may go in without showing a code/) });
    expect(shown).not.toMatchObject({ words: expect.stringMatching(/the person|the holder/) });
    await desk.page.goto(`${gateway.url}/pass?venue=nowhere&lang=en`);
    await desk.page.getByRole('alert').filter({ hasText: 'no venue of that name' }).waitFor();
    await desk.context.close();
  });
});

test('a venue whose tokens are bound to a key cannot scan with the page', async () => {
  const query = 'venue=guangzhou-coach-station&lang=en';
  const bound = await DoorPage.open(browser, gateway.url, { query });
  const proofs: (string | undefined)[] = [];
  bound.page.on('request', (request) => {
    if (request.url().endsWith('/v1/verifications')) proofs.push(request.headers()['dpop']);
  });
  expect(await bound.type(codeOf(codes, '410000', 'green'))).toMatchObject({ decision: 'pass', verified: 'true' });
  expect(proofs.every((proof) => proof !== undefined) && proofs.length > 0).toBe(true);
  await bound.context.close();
});

test('a pass that was withdrawn is accepted once the list was fetched anew', async () => {
  const pass = await issuePass(gateway.url, henan('green'));
  const open = await DoorPage.open(browser, gateway.url);
  expect(await open.type(pass)).toMatchObject({ decision: 'pass', verified: 'true' });
  await revokePass(gateway.url, pass);
  await open.page.reload();
  await open.page.locator('[data-trust="held"]').waitFor();
  expect(await open.type(pass)).toMatchObject({ problem: 'status_revoked', verified: 'false' });
  await open.context.close();
});

function decided(code: SandboxCode | undefined) {
  return code !== undefined && 'decision' in code.expected ? { decision: code.expected.decision } : {};
}
