import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const WEB = import.meta.dirname;

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
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The policy of the pages allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1024,
    rolldownOptions: { input: Object.fromEntries(pages) },
  },
});
