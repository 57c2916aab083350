import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { PATIENTLY } from './patience.ts';
import type { RegistryPageSite } from './registry-page-site.ts';
import { openVenueClient, sandboxCodes } from './venue-client.ts';

/** The national desk of the same sandbox. */
export function nationalDesk(site: () => RegistryPageSite): void {
  describe('the desk', () => {
    // Something of Shanghai's is on it, whichever test is first.
    beforeAll(async () => {
      const codes = await sandboxCodes(site().gateway.url);
      const green = codes.find(({ province, scenario }) => province === '310000' && scenario === 'green');
      await (await openVenueClient(site().gateway.url)).verify(green?.code ?? '');
      const counted = async () => await (await fetch(`${site().gateway.url}/v1/coverage`)).text();
      await vi.waitFor(async () => expect(await counted()).toContain('"issuer":"310000"'), PATIENTLY);
    });

    const cellOf = (page: Page, issuer: string) =>
      page.locator(`[data-issuer="${issuer}"][data-destination="440000"]`).evaluate((cell) => {
        const { presented, recognised } = cell instanceof HTMLElement ? cell.dataset : {};
        return [Number(presented), Number(recognised)];
      });

    test('shows other numbers than were scanned, or only when it is loaded anew, or hides what has just begun', async () => {
      const codes = await sandboxCodes(site().gateway.url);
      const of = (decision: string) =>
        codes.find(({ province, expected }) => {
          return (
            province === '110000' &&
            'status' in expected &&
            expected.status === 'green' &&
            expected.decision === decision
          );
        })?.code ?? '';
      const venue = await openVenueClient(site().gateway.url);
      const scan = (code: string, times: number) =>
        Promise.all(Array.from({ length: times }, () => venue.verify(code)));
      await scan(of('pass'), 5);
      const { page, context, complaints } = await site().open('en-GB', '/coverage', '[data-live="live"] [data-issuer]');
      expect(await cellOf(page, '110000')).toEqual([5, 5]);
      await scan(of('refer'), 40);
      await expect.poll(() => cellOf(page, '110000')).toEqual([45, 5]);
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
      // A province's own page: what became of its codes, and nothing of what others asked of it here.
      await page.goto(`${site().gateway.url}/coverage?province=110000&lang=en`);
      const own = page.locator('[data-of-province="110000"]');
      await own.locator('[data-issuer="110000"][data-destination="440000"][data-presented="45"]').waitFor();
      expect(await own.locator('[data-destination="110000"]').count()).toBe(0);
      expect(await own.locator('[data-attention="recognition_falling"]').count()).toBe(1);
      expect(await own.locator('[data-suppressed]').innerText()).toContain('withheld');
      expect(await own.locator('.take-away a').first().getAttribute('href')).toContain('issuer=110000');
      await own.locator('#history li').first().waitFor();
      await page.goto(`${site().gateway.url}/coverage?province=640000&lang=en`);
      await page.locator('[data-of-province="640000"] #history').waitFor();
      expect(await page.locator('[data-of-province="640000"] [data-issuer]').count()).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    });

    test.each([
      [390, 'zh-CN', 'dark'],
      [1280, 'en-GB', 'light'],
      [1920, 'zh-CN', 'light'],
    ] as const)('at %d px in %s keeps somebody out, or scrolls sideways', async (width, locale, colorScheme) => {
      const { page, context } = await site().open(locale, '/coverage?issuer=310000&window=7d', '.detail dd');
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.locator('main').innerText()).not.toMatch(/undefined|NaN|\[object/);
      await context.close();
    });
  });
}
