import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { seriousFindings } from '../accessibility.ts';
import { startChromium } from '../chromium.ts';
import { codeOf, DoorPage, issuePass, mutated, qrPicture, refusedWith } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

const WIDTHS = [320, 390, 768, 1280] as const;
const LANGUAGES = ['zh', 'en'] as const;
const SCHEMES = ['light', 'dark'] as const;
/** What the page has to come to. A client that asks about too many unknown codes is stopped, so none is really asked about. */
const SCENARIOS = {
  green: { decision: 'pass' },
  yellow: { decision: 'restrict' },
  red: { decision: 'restrict' },
  'red-without-ground': { decision: 'refer' },
} as const;
const REFUSALS = ['code_expired', 'code_unrecognised', 'check_not_permitted'] as const;

const DESK = [
  ['red', 'none'],
  ['red-without-ground', 'none'],
  ['nonsense', 'none'],
  ['green', 'issued'],
] as const;

interface Looking {
  readonly browser: Browser;
  readonly run: DoorRun;
  readonly lang: (typeof LANGUAGES)[number];
  readonly about: {
    readonly viewport: { readonly width: number; readonly height: number };
    readonly colorScheme: 'light' | 'dark';
  };
  readonly look: (door: DoorPage, state: string) => Promise<void>;
  readonly pass: string;
}

/** Every state at every width, in both languages and both schemes: nothing keeps anybody out, and pictures for people. */
export async function everyLook(run: DoorRun): Promise<void> {
  const { gateway, codes, options, note, fault } = run;
  const { pictures } = options;
  if (pictures !== null) mkdirSync(pictures, { recursive: true });
  const browser = await startChromium();
  const pass = await issuePass(gateway.url, codeOf(codes, '410000', 'green'));
  let looks = 0;
  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const colorScheme of SCHEMES) {
        const viewport = { width, height: width < 700 ? 780 : 800 };
        const look = async ({ page }: DoorPage, state: string) => {
          looks += 1;
          const at = `${state}-${width}-${lang}-${colorScheme}`;
          for (const { id, nodes } of await seriousFindings(page)) fault(`${at}: ${id} ${nodes.join(' ')}`);
          if (Number(await page.evaluate('document.documentElement.scrollWidth')) > width) fault(`${at}: too wide`);
          if (pictures !== null) await page.screenshot({ path: join(pictures, `${at}.png`), fullPage: true });
        };
        const looking = { browser, run, lang, about: { viewport, colorScheme }, look, pass };
        await scannerLooks(looking);
        await deskLooks(looking);
      }
    }
  }
  note(`${looks} looks at the pages, each without a serious finding unless one is named`);
  await browser.close();
}

async function scannerLooks({ browser, run, lang, about, look, pass }: Looking): Promise<void> {
  const { gateway, codes } = run;
  const query = `venue=guangzhou-hospital&lang=${lang}`;
  const open = await DoorPage.open(browser, gateway.url, { query, ...about });
  const show = async (state: string, code: string, expected: { decision?: string; problem?: string }) => {
    await open.page.locator('#typed').fill(code);
    await open.page.locator('#typed').press('Enter');
    const { decision, problem } = await open.answer();
    if (decision !== expected.decision || problem !== expected.problem) run.fault(`${state}: ${decision} ${problem}`);
    await look(open, state);
    await open.putAway();
  };
  await look(open, 'ready');
  for (const scenario of keysOf(SCENARIOS))
    await show(scenario, codeOf(codes, '410000', scenario), SCENARIOS[scenario]);
  await show('pass', pass, { decision: 'pass' });
  await show('pass-altered', mutated(pass), { problem: 'signature_invalid' });
  await open.showPicture(qrPicture([codeOf(codes, '410000', 'green'), codeOf(codes, '410000', 'red')]));
  await open.page.locator('.choice canvas').waitFor();
  await look(open, 'several');
  for (const code of REFUSALS) await refusedWith(open, code, () => look(open, code));
  await open.page
    .locator('.scanner .tools button')
    .filter({ hasText: /many codes|批量/ })
    .click();
  await look(open, 'batch-empty');
  const some = [...keysOf(SCENARIOS).map((scenario) => codeOf(codes, '410000', scenario)), 'what no system issues'];
  const many = [...some, ...some, ...some];
  await open.page.locator('#codes').fill(many.join('\n'));
  await open.page.locator('.batch button[type=submit]').click();
  await open.page.locator('[data-batch="done"]').waitFor();
  await look(open, 'batch');
  await open.cutNetwork();
  await open.page.reload();
  await open.page.locator('[data-trust="held"]').waitFor();
  await look(open, 'offline');
  await show('offline-pass', pass, { decision: 'pass' });
  await show('offline-code', codeOf(codes, '410000', 'green'), { problem: 'gateway_unreachable' });
  await open.context.close();
}

/** A traveller's page, on a screen and on paper. */
async function deskLooks({ browser, run, lang, about, look }: Looking): Promise<void> {
  const { gateway, codes } = run;
  const query = `venue=guangzhou-hospital&lang=${lang}`;
  const desk = await DoorPage.open(browser, gateway.url, { path: '/pass', query, ...about });
  await look(desk, 'desk');
  for (const [scenario, kind] of DESK) {
    const code = scenario === 'nonsense' ? 'what no system issues' : codeOf(codes, '410000', scenario);
    await desk.page.locator('#typed').fill(code);
    await desk.page.locator('#typed').press('Enter');
    await desk.page.locator(`[data-pass="${kind}"]`).waitFor();
    await look(desk, `desk-${scenario}`);
    if (kind === 'none') await desk.page.locator('[data-pass] button').click();
  }
  await desk.page.emulateMedia({ media: 'print' });
  await look(desk, 'desk-print');
  await desk.context.close();
}
