import { correction, generate } from 'lean-qr';
import { toPngBuffer } from 'lean-qr/extras/node_export';
import type { Browser, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { REASONS } from '../../schemas/code-lists/index.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { seriousFindings } from './accessibility.ts';
import { startChromium } from './chromium.ts';
import { denseCertificate } from './dense-code.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import {
  codeOf,
  type DoorBrowser,
  DoorPage,
  issuePass,
  mutated,
  revokePass,
  startDoorBrowser,
  typeAsReader,
} from './scan-page.ts';
import { sandboxCodes } from './venue-client.ts';

let gateway: SandboxGateway;
let codes: SandboxCode[];
let door: DoorBrowser;
/** Whom to trust, as it was told while there was no pass: whoever tries again has a gateway with some. */
let beforeAnyPass: string;
let withoutCamera: Browser;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  codes = await sandboxCodes(gateway.url);
  beforeAnyPass = await (await fetch(`${gateway.url}/v1/trust-bundle?destination=440000`)).text();
  const [green, red, refer] = ['green', 'red', 'red-without-ground'].map((scenario) =>
    codeOf(codes, '410000', scenario),
  );
  withoutCamera = await startChromium();
  door = await startDoorBrowser([green ?? '', red ?? '', refer ?? '', [green ?? '', red ?? ''], denseCertificate()]);
});
afterAll(async () => {
  await withoutCamera.close();
  await door.close();
  await gateway.stop();
});

/** Whether the last row can be read above the way on and its shade, however far down it lies. As text: it runs in the page. */
const IS_END_CLEAR = `(() => {
  const answer = document.querySelector('#answer');
  answer.scrollTo(0, answer.scrollHeight);
  const acts = document.querySelector('.acts');
  const { height, bottom } = getComputedStyle(acts, '::before');
  const shadeTop = acts.getBoundingClientRect().bottom - parseFloat(bottom) - parseFloat(height);
  return [...answer.querySelectorAll('.rows dd')].at(-1).getBoundingClientRect().bottom <= shadeTop;
})()`;
/** What is said of the dense certificate where all of it was read. */
const OF_NO_LIST = REASONS.certificate_issuer_unknown.en;
const everyCode = () => codes.map(({ code }) => code);

test('a camera that sees codes one after another is answered wrongly, or for two at once', async () => {
  const open = await DoorPage.open(door.browser, gateway.url);
  const { page, context, complaints } = open;
  const seen = new Set<string>();
  const look = async () => {
    const dataset = await page.locator('#answer').evaluate((element) => JSON.stringify({ ...element.dataset }));
    if (dataset !== '{}') seen.add(dataset);
    if (await page.locator('.choice').isVisible()) seen.add('several');
    if ((await page.locator('#answer').innerText()).includes(OF_NO_LIST)) seen.add('dense');
    return [...seen].sort();
  };
  const decided = (face: string, decision = face) => JSON.stringify({ face, decision, verified: 'true' });
  const expected = [decided('pass'), decided('refer'), decided('restrict-red', 'restrict'), 'several', 'dense'].sort();
  await expect.poll(look, { interval: 50 }).toEqual(expected);
  expect(complaints).toEqual([]);
  expect(open.astray(gateway.url, everyCode())).toEqual([]);
  await context.close();
});

describe('a door with a network', () => {
  let open: DoorPage;
  beforeAll(async () => {
    open = await DoorPage.open(withoutCamera, gateway.url);
  });
  afterAll(async () => {
    expect(open.complaints).toEqual([]);
    await open.context.close();
  });

  test('cannot read a certificate of the densest kind from a picture', async () => {
    const code = generate(denseCertificate(), { minCorrectionLevel: correction.M });
    expect(code.size).toBe(17 + 4 * 30);
    await open.showPicture(Buffer.from(toPngBuffer(code, { on: [0, 0, 0], off: [255, 255, 255], pad: 4, scale: 3 })));
    const shown = await open.putAway();
    expect(shown).toMatchObject({ decision: 'refer', verified: 'true', words: expect.stringContaining(OF_NO_LIST) });
  });

  test('is shown what did not verify, or a green for it', async () => {
    const { page } = open;
    const repaint = async (route: Route) => {
      const reply = await route.fetch();
      const body = z.looseObject({ attestation: z.string() }).parse(await reply.json());
      await route.fulfill({ response: reply, json: { ...body, decision: 'pass', status: 'green' } });
    };
    await page.route('**/v1/verifications', repaint);
    const shown = await open.type(codeOf(codes, '410000', 'red'));
    await page.unroute('**/v1/verifications', repaint);
    expect(shown).toMatchObject({
      decision: 'refer',
      verified: 'false',
      words: expect.stringContaining('NOT VERIFIED'),
    });
    expect(shown.words).not.toMatch(/GREEN|PASS|Let the person/);
  });

  test.each([
    ['410000', 'expired', 'code_expired', 'Ask the holder to refresh the code'],
    ['410000', 'unknown', 'code_unrecognised', 'refresh the code'],
  ])('is not told in words why %s %s has no answer', async (province, scenario, problem, words) => {
    const shown = await open.type(codeOf(codes, province, scenario));
    expect(shown).toMatchObject({ problem, verified: 'false', words: expect.stringContaining(words) });
    // Where that does not help either, there is a way on, for the same person.
    expect(shown.words).toMatch(
      /Do not turn the person away; if there is still no answer, have staff look into it[\s\S]*Scan again/,
    );
    expect(shown.words).not.toContain('Next person');
    expect(shown.words.match(/refresh/g)).toHaveLength(1);
  });

  test('cannot scan with a reader that types, whose line end presses a button, or loses what was typed while the page was busy', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Sound off' }).focus();
    // Longer than a reader is quiet when it is done. As text: it runs in the page.
    await page.evaluate(`addEventListener('keydown', () => {
      const untilMs = performance.now() + 400;
      while (performance.now() < untilMs);
    }, { once: true })`);
    await typeAsReader(page, codeOf(codes, '410000', 'green'));
    expect(await open.putAway()).toMatchObject({ decision: 'pass', verified: 'true' });
    expect(await page.getByRole('button', { name: 'Sound off' }).count()).toBe(1);
  });

  test('is led to ask for a code where no mandate permits it', async () => {
    const query = 'venue=sanya-supermarket&lang=zh';
    const elsewhere = await DoorPage.open(withoutCamera, gateway.url, { query });
    const shown = await elsewhere.type(codeOf(codes, '410000', 'green'));
    expect(shown).toMatchObject({ problem: 'check_not_permitted', words: expect.stringContaining('请直接放行') });
    await elsewhere.context.close();
  });

  test('is not told that its clock is off', async () => {
    const context = await withoutCamera.newContext();
    const page = await context.newPage();
    // Half a minute over: the clock stands still until the page is there, which a busy machine takes its time for.
    await page.clock.install({ time: Date.now() + 150_000 });
    await page.goto(`${gateway.url}/scan?venue=guangzhou-hospital&lang=en`);
    await page.locator('[data-trust="held"]').waitFor();
    await page.locator('#typed').fill(codeOf(codes, '410000', 'green'));
    await page.locator('#typed').press('Enter');
    await page.locator('[data-clock-ahead-s]').waitFor();
    expect(await page.locator('[data-clock-ahead-s]').innerText()).toContain('This clock is ahead by 2 min');
    await context.close();
  });
});

test('a door without a network takes a pass that it may not, or refuses a good one', async () => {
  const early = await DoorPage.open(withoutCamera, gateway.url, {
    prepare: (page) => page.route('**/v1/trust-bundle?*', (route) => route.fulfill({ body: beforeAnyPass })),
  });
  await early.cutNetwork();
  const [good, withdrawn] = await Promise.all([
    issuePass(gateway.url, codeOf(codes, '410000', 'green')),
    issuePass(gateway.url, codeOf(codes, '330000', 'green')),
  ]);
  await revokePass(gateway.url, withdrawn);
  const page = await DoorPage.open(withoutCamera, gateway.url);
  await page.cutNetwork();
  await page.page.reload();
  await page.page.locator('[data-trust="held"]').waitFor();
  expect(await page.type(good)).toMatchObject({ decision: 'pass', verified: 'true' });
  // Whoever has a pass on paper and no phone is neither let in by it nor turned away.
  const words = expect.stringMatching(/Neither let in nor turn away by this pass[\s\S]*Scan again/);
  expect(await page.type(mutated(good))).toMatchObject({ problem: 'signature_invalid', verified: 'false', words });
  expect(await page.type(withdrawn)).toMatchObject({ problem: 'status_revoked', verified: 'false', words });
  const code = await page.type(codeOf(codes, '410000', 'green'));
  expect(code).toMatchObject({ problem: 'gateway_unreachable', verified: 'false' });

  // On no list that this door has: nobody can tell, which is no reason to turn anybody away.
  const untold = await early.type(good);
  expect(untold).toMatchObject({ decision: 'refer', failure: 'status_list_missing', verified: 'false' });
  expect(untold.words).toMatch(/With a network, scan this pass again[\s\S]*Scan again/);
  await early.context.close();

  // Hours later it still verifies, and the door is told what it cannot know.
  await page.page.clock.install({ time: Date.now() + 5 * 3_600_000 });
  const aged = await page.type(good);
  expect(aged).toMatchObject({ decision: 'pass', words: expect.stringMatching(/\(5 h ago\): withdrawals since/) });
  // The day stands with both times or with neither: it begins on one day and ends on another.
  const [, asOf, until] = /ago \((.*)\)\s+Valid until\s+(.*)/.exec(aged.words) ?? [];
  expect(until?.includes(',')).toBe(asOf?.includes(','));

  // Set on: the pass and what it is checked with have ended. Set back: nobody can tell whether they have.
  await page.page.clock.setSystemTime(Date.now() + 2 * 86_400_000);
  expect(await page.type(good)).toMatchObject({ problem: 'bundle_lapsed', verified: 'false' });
  await page.page.clock.setSystemTime(Date.now() - 3_600_000);
  expect(await page.type(good)).toMatchObject({ problem: 'clock_behind', verified: 'false' });
  await page.context.setOffline(false);
  expect(page.complaints).toEqual([]);
  await page.context.close();
});

describe.each([
  [320, 'zh', 'light'],
  [1280, 'en', 'dark'],
] as const)('at %i px in %s and %s', (width, lang, colorScheme) => {
  test('somebody cannot see, hear or reach what the page says', async () => {
    const query = `venue=guangzhou-hospital&lang=${lang}`;
    const viewport = { width, height: width < 600 ? 720 : 800 };
    const { page, context, ...rest } = await DoorPage.open(withoutCamera, gateway.url, {
      query,
      viewport,
      colorScheme,
    });
    const serious = () => seriousFindings(page);
    expect(await serious()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    for (const scenario of ['green', 'yellow', 'red', 'red-without-ground', 'unknown']) {
      await page.locator('#typed').fill(codeOf(codes, '410000', scenario));
      await page.locator('#typed').press('Enter');
      await page.locator('#answer[data-verified]').waitFor();
      expect(await serious(), scenario).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth'), scenario).toBe(width);
      expect(await page.evaluate(IS_END_CLEAR), scenario).toBe(true);
      // One key goes on, and the next code is typed where the last one was.
      await page.locator('.next:focus').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('#typed:focus').waitFor();
    }
    expect(await page.locator('#answer').getAttribute('role')).toBe('alert');
    expect(rest.complaints).toEqual([]);
    await context.close();
  });
});
