import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { packed } from './packed.ts';
import { scanFiles } from './scan-files.ts';

const WEB = import.meta.dirname;
const WORKER = 'service-worker';

/** One folder with a `page.tsx` is one page; its name is the page's. */
const pages = readdirSync(WEB)
  .map((name): [string, string] => [name, join(WEB, name, 'page.tsx')])
  .filter(([, file]) => existsSync(file));

export default defineConfig({
  root: WEB,
  base: '/web/',
  logLevel: 'warn',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  plugins: [scanFiles(WORKER, 'scan'), packed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The policy of the pages allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1024,
    // A library asks node for random numbers where there is no WebCrypto, which every browser has.
    rolldownOptions: {
      input: { ...Object.fromEntries(pages), [WORKER]: join(WEB, WORKER, 'service-worker.ts') },
      external: ['crypto'],
      // How long plugins took is nothing for whoever installs.
      checks: { pluginTimings: false },
      // A browser finds a new version of the service worker by asking for the old name.
      output: { entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});
