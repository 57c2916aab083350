import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seriousFindings, seriousFindingsByLook } from '../accessibility.ts';
import { startChromium } from '../chromium.ts';
import { type DoorPage, startDoorBrowser } from '../scan-page.ts';
import { answers, carried, refusals } from './answer-scenes.ts';
import { around, desk } from './desk-scenes.ts';
import type { SceneName, Width } from './options.ts';
import type { DoorRun } from './run.ts';
import { batch, signingIn, standing, trouble } from './scanner-scenes.ts';
import type { Scene, Stage } from './scene.ts';

const HEIGHTS: Readonly<Record<Width, number>> = { 320: 568, 390: 844, 768: 1024, 1280: 800 };
const SCHEMES = ['light', 'dark'] as const;
const SCENES: Readonly<Record<SceneName, Scene>> = {
  standing,
  trouble,
  'signing-in': signingIn,
  batch,
  answers,
  carried,
  refusals,
  desk,
  around,
};
/** Whether what to do is on the screen without scrolling. As text: it runs in the page. */
const IS_LEAD_SEEN = `document.querySelector('#answer .lead').getBoundingClientRect().bottom <= innerHeight`;

/** Every state at every width, in both languages and both schemes: nothing keeps anybody out, and pictures for people. */
export async function everyLook(run: DoorRun): Promise<void> {
  const { options, note } = run;
  if (options.pictures !== null) mkdirSync(options.pictures, { recursive: true });
  const browser = await startChromium();
  const paper = await startDoorBrowser([[]]);
  const seen = { looks: 0 };
  for (const lang of options.lang) {
    const stage: Stage = {
      run,
      lang,
      browser,
      withCamera: paper.browser,
      look: (door, state) => lookAt(run, seen, door, { state, lang }, SCHEMES),
      lookAtAnswer: (door, state) => lookAt(run, seen, door, { state, lang }, ['plain']),
    };
    for (const name of options.scene) await SCENES[name](stage);
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
  for (const size of options.width) {
    const [width, height] = [Number(size), HEIGHTS[size]];
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
