import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_PLACES } from './chromium-places.ts';
import { PATIENCE_MS } from './patience.ts';

/**
 * Behind its address bar Chromium loads two pages for each window, whether anybody sees the bar or not, and each test has a
 * window: they cost more than most pages that are tested. Of two such switches the last one alone counts, so what
 * Playwright turns off stands here as well.
 */
const ADDRESS_BAR_PAGES = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];
const OFF_IN_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];

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
      `--disable-features=${[...OFF_IN_PLAYWRIGHT, ...ADDRESS_BAR_PAGES].join(',')}`,
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
