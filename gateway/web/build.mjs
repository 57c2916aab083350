// Builds the pages, as a step of `npm ci`. Plain JavaScript: it runs under whatever Node a newcomer's machine has.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = new URL('dist/manifest.json', import.meta.url);

const vite = await import('vite').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  return null;
});
if (vite !== null) {
  await vite.build({ configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)) });
} else if (!existsSync(BUILT)) {
  // Without the packages for development nothing can be built; whoever starts a node is told so again.
  console.error('huren: the pages are not built: run npm ci without --omit=dev, or copy gateway/web/dist here');
}
