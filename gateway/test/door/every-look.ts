import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seriousFindings } from '../accessibility.ts';
import { startChromium } from '../chromium.ts';
import { codeOf, DoorPage, issuePass, mutated } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

const WIDTHS = [320, 390, 768, 1280] as const;
const LANGUAGES = ['zh', 'en'] as const;
const SCHEMES = ['light', 'dark'] as const;
const SCENARIOS = ['green', 'yellow', 'red', 'red-without-ground', 'expired', 'unknown'] as const;

/** Every state at every width, in both languages and both schemes: nothing keeps anybody out, and pictures for people. */
export async function everyLook({ gateway, codes, options: { pictures }, note, fault }: DoorRun): Promise<void> {
  if (pictures !== null) mkdirSync(pictures, { recursive: true });
  const browser = await startChromium();
  const pass = await issuePass(gateway.url, codeOf(codes, '410000', 'green'));
  const shown = [...SCENARIOS.map((name): [string, string] => [name, codeOf(codes, '410000', name)])];
  const states: [string, string][] = [...shown, ['pass', pass], ['pass-altered', mutated(pass)]];
  let looks = 0;
  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const colorScheme of SCHEMES) {
        const viewport = { width, height: width < 700 ? 780 : 800 };
        const query = `venue=guangzhou-hospital&lang=${lang}`;
        const open = await DoorPage.open(browser, gateway.url, { query, viewport, colorScheme });
        const look = async (state: string) => {
          looks += 1;
          const at = `${state}-${width}-${lang}-${colorScheme}`;
          for (const { id, nodes } of await seriousFindings(open.page)) fault(`${at}: ${id} ${nodes.join(' ')}`);
          if (Number(await open.page.evaluate('document.documentElement.scrollWidth')) > width)
            fault(`${at}: too wide`);
          if (pictures !== null) await open.page.screenshot({ path: join(pictures, `${at}.png`) });
        };
        await look('ready');
        for (const [state, code] of states) {
          await open.page.locator('#typed').fill(code);
          await open.page.locator('#typed').press('Enter');
          await open.answer();
          await look(state);
          await open.putAway();
        }
        await open.context.close();
      }
    }
  }
  note(`${looks} looks at the page, each without a serious finding unless one is named`);
  await browser.close();
}
