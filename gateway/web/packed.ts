import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Below this a packed file saves nothing worth a second one. */
const MIN_BYTES = 1_024;

/** Packs each asset once, here, and not at every request: a door opens the page over a telephone's network. */
export function packed(): Plugin {
  return {
    name: 'huren-packed',
    writeBundle({ dir }) {
      const assets = join(dir ?? '.', 'assets');
      for (const name of readdirSync(assets)) {
        const bytes = readFileSync(join(assets, name));
        if (bytes.length >= MIN_BYTES) writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
