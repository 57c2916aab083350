import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AdapterView,
  adapterViewSchema,
  type EntityView,
  entityListSchema,
} from '../../schemas/registry-views.ts';
import { startChromium } from './chromium.ts';
import { runAt } from './looks/play-registry.ts';
import { exampleAs, openRegistryPage, type RegistryPage } from './registry-page.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

/** A sandbox in which a version of a seventeenth province waits for its second approval, and a browser before it. */
export interface RegistryPageSite {
  readonly gateway: SandboxGateway;
  /** Where versions are written. */
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs one command of an operator or a province. Throws with what it said where it did not succeed. */
  readonly run: (...argv: string[]) => Promise<void>;
  readonly open: (locale: string, path?: string, shown?: string) => Promise<RegistryPage>;
  readonly tianjin: (query?: string) => Promise<AdapterView>;
  readonly entities: () => Promise<{ readonly size: number; readonly entities: readonly EntityView[] }>;
  readonly stop: () => Promise<void>;
}

/** Starts it. One for all tests of a file: a sandbox and a browser are seconds. */
export async function startRegistryPageSite(): Promise<RegistryPageSite> {
  const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  const { url, dataDir } = gateway;
  const browser = await startChromium();
  const scratch = mkdtempSync(join(tmpdir(), 'huren-registry-page-'));
  const run = (...argv: string[]) => runAt({ url, dataDir }, argv);
  const said = async (path: string) => await (await fetch(`${url}/v1/registry/${path}`)).json();
  await run('registry', 'enrol', 'province:120000');
  await run('adapter', 'submit', exampleAs(scratch, '0.1.0'));
  await run('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-a');
  return {
    gateway,
    scratch,
    env: { HUREN_URL: url, HUREN_DATA_DIR: dataDir },
    run,
    open: (locale, path, shown) => openRegistryPage(browser, url, { locale, path, shown }),
    tianjin: async (query = '') => adapterViewSchema.parse(await said(`adapters/120000${query}`)),
    entities: async () => entityListSchema.parse(await said('entities')),
    stop: async () => {
      await browser.close();
      await gateway.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
