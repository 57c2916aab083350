import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const DIST = join(import.meta.dirname, '../web/dist');
const ASSETS = 'assets';
const PACKED = '.gz';
const SERVICE_WORKER = 'service-worker.js';

/** Vite's manifest, as far as it is needed here. */
const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().default(false),
    css: z.array(z.string()).default([]),
    imports: z.array(z.string()).default([]),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

/** One page: the files that its document names, as paths below `/web/`. */
export interface BuiltPage {
  readonly script: string;
  readonly styles: readonly string[];
}

/** One file that pages load: as it is, and packed with gzip where that saves something. */
export interface Asset {
  readonly bytes: Buffer;
  readonly packed: Buffer | null;
}

/** What the build of `gateway/web` left. */
export interface BuiltPages {
  /** By the name of the page's folder. */
  readonly pages: ReadonlyMap<string, BuiltPage>;
  /** By file name, which changes with the content. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** The script that keeps the scanner working without a network. */
  readonly serviceWorker: Buffer;
}

/** Reads the build into memory; null where nobody has built the pages. */
export function readBuiltPages(dist = DIST): BuiltPages | null {
  const listing = join(dist, 'manifest.json');
  if (!existsSync(listing)) return null;
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(listing, 'utf8')));
  const entries = Object.entries(manifest).filter(([, { isEntry, file }]) => isEntry && file !== SERVICE_WORKER);
  return {
    pages: new Map(
      entries.map(([source, { file }]) => [
        source.split('/')[0] ?? source,
        { script: file, styles: [...stylesOf(source, manifest)] },
      ]),
    ),
    serviceWorker: readFileSync(join(dist, SERVICE_WORKER)),
    assets: readAssets(join(dist, ASSETS)),
  };
}

/** A style that pages share stands with the script that they share. */
function stylesOf(source: string, manifest: Manifest, seen = new Set<string>()): Set<string> {
  if (seen.has(source)) return new Set();
  seen.add(source);
  const { css = [], imports = [] } = manifest[source] ?? {};
  return new Set([...imports.flatMap((other) => [...stylesOf(other, manifest, seen)]), ...css]);
}

function readAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(folder);
  const read = (name: string) => readFileSync(join(folder, name));
  const assets = names
    .filter((name) => !name.endsWith(PACKED))
    .map((name): [string, Asset] => {
      const packed = names.includes(`${name}${PACKED}`) ? read(`${name}${PACKED}`) : null;
      return [name, { bytes: read(name), packed }];
    });
  return new Map(assets);
}
