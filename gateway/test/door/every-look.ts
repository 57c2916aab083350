import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { seriousFindings, seriousFindingsByLook } from '../accessibility.ts';
import { startChromium } from '../chromium.ts';
import { type DoorPage, startDoorBrowser } from '../scan-page.ts';
import { answers, carried, refusals } from './answer-scenes.ts';
import { around, desk } from './desk-scenes.ts';
import type { DoorRun } from './run.ts';
import { batch, signingIn, standing, trouble } from './scanner-scenes.ts';
import { LANGUAGES, type Scene, type Stage } from './scene.ts';

/** A small old phone, a phone, a tablet and a desk. */
const SIZES = [
  { width: 320, height: 568 },
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1280, height: 800 },
] as const;
const SCHEMES = ['light', 'dark'] as const;
const SCENES = {
  standing,
  trouble,
  'signing-in': signingIn,
  batch,
  answers,
  carried,
  refusals,
  desk,
  around,
} as const satisfies Record<string, Scene>;
/** Whether what to do is on the screen without scrolling. As text: it runs in the page. */
const IS_LEAD_SEEN = `document.querySelector('#answer .lead').getBoundingClientRect().bottom <= innerHeight`;

/** Every state at every width, in both languages and both schemes: nothing keeps anybody out, and pictures for people. */
export async function everyLook(run: DoorRun): Promise<void> {
  const { options, note } = run;
  if (options.pictures !== null) mkdirSync(options.pictures, { recursive: true });
  const browser = await startChromium();
  const paper = await startDoorBrowser([[]]);
  const seen = { looks: 0 };
  for (const lang of LANGUAGES) {
    if (options.lang.length > 0 && !options.lang.includes(lang)) continue;
    const stage: Stage = {
      run,
      lang,
      browser,
      withCamera: paper.browser,
      look: (door, state) => lookAt(run, seen, door, { state, lang }, SCHEMES),
      lookAtAnswer: (door, state) => lookAt(run, seen, door, { state, lang }, ['plain']),
    };
    for (const name of keysOf(SCENES)) {
      if (options.scene.length === 0 || options.scene.includes(name)) await SCENES[name](stage);
    }
  }
  note(`${seen.looks} looks at the pages, each without a serious finding unless one is named`);
  await paper.close();
  await browser.close();
}

async function lookAt(
  { options, fault }: DoorRun,
  seen: { looks: number },
  { page }: DoorPage,
  { state, lang }: { readonly state: string; readonly lang: string },
  schemes: readonly ('light' | 'dark' | 'plain')[],
): Promise<void> {
  for (const { id, nodes } of await seriousFindings(page)) fault(`${state} ${lang}: ${id} ${nodes.join(' ')}`);
  for (const { width, height } of SIZES) {
    if (options.width.length > 0 && !options.width.includes(String(width))) continue;
    await page.setViewportSize({ width, height });
    for (const scheme of schemes) {
      seen.looks += 1;
      const at = `${state}-${width}-${lang}-${scheme}`;
      if (scheme !== 'plain') await page.emulateMedia({ colorScheme: scheme });
      for (const { id, nodes } of await seriousFindingsByLook(page)) fault(`${at}: ${id} ${nodes.join(' ')}`);
      if (Number(await page.evaluate('document.documentElement.scrollWidth')) > width) fault(`${at}: too wide`);
      const isAnswer = scheme === 'plain';
      if (isAnswer && (await page.evaluate(IS_LEAD_SEEN)) !== true) fault(`${at}: what to do is below the screen`);
      const path = options.pictures === null ? null : join(options.pictures, `${at}.png`);
      if (path !== null) await page.screenshot({ path, fullPage: !isAnswer });
    }
  }
}
