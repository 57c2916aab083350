import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_PLACES } from './chromium-places.ts';
import { PATIENCE_MS } from './patience.ts';

/** Starts the machine's own Chromium, without a window and without a word to anybody else. `args`: switches beside ours. */
export async function startChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = CHROMIUM_PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('there is no Chromium: npm test installs it, or names the package');
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
  // Half a minute, which it waits by itself, is a claim about speed.
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}
