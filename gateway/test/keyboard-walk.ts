import type { Locator, Page } from 'playwright-core';

/** As many stops as the page could have before what is looked for. */
const MOST_STOPS = 150;

/** Goes on with the tab key until something has the focus. Throws where it cannot be reached, or its focus cannot be seen. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    if (!(await hasFocus(target))) continue;
    const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
    if (outline === 'none') throw new Error(`the focus on ${target} cannot be seen`);
    return;
  }
  throw new Error(`the tab key does not reach ${target}`);
}

/** The same, and presses a key there. */
export async function tabAndPress(page: Page, target: Locator, key: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

export async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.count()) === 1 && (await target.evaluate((element) => element === document.activeElement));
}
