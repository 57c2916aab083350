import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import { writePrivateFile } from '../../keys/private-file.ts';

/** A shipped adapter with the address of a system that is played here, and the node that others ask: all else is what ships. */
export function copyAdapter(folder: string, to: string, systemUrl: string, node: string | null): void {
  const path = join(to, 'manifest.json');
  copyFiles(folder, to);
  const manifest = z.looseObject({ upstream: z.looseObject({}) }).parse(JSON.parse(readFileSync(path, 'utf8')));
  const upstream = { ...manifest.upstream, base_url: systemUrl };
  const way = node === null ? {} : { node, route: ['node'] };
  writeFileSync(path, `${JSON.stringify({ ...manifest, upstream, ...way }, null, 2)}\n`);
}

/** Contents alone: the package may be installed where nobody may write, which a copy with its rights would keep. */
function copyFiles(folder: string, to: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const path = join(to, relative(folder, from));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, readFileSync(from));
  }
}

/** What a node that asks a system itself needs of it, as a file of its HUREN_UPSTREAM_DIR. */
export function writeAccess(path: string, { upstream: { secrets } }: SystemReady): void {
  writePrivateFile(path, `${JSON.stringify({ secrets })}\n`);
}
