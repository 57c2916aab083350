import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../import-graph.ts';
import { type InstalledPackage, installTarball } from '../package.fixture.ts';

/** As in the image. Only root may become somebody else. */
export const USER = process.getuid?.() === 0 ? { uid: 10_001, gid: 10_001 } : {};
const CEREMONY = join(ROOT, 'deploy/compose');

/** Where the nation's containers would be, on this machine: the unpacked package in the image's place, one volume. */
export interface Site {
  readonly installed: InstalledPackage;
  readonly volume: string;
  readonly logs: string;
  /** A setting, an argument or a file as it has to be here: paths of the image and the volume, addresses of the network. */
  readonly here: (text: string) => string;
  readonly path: string;
}

/** Packs and unpacks the project, as the image's build does, and makes all of it read-only. */
export function makeSite(): Site {
  const installed = installTarball();
  const { site } = installed;
  const opt = join(site, 'node_modules/huren');
  const [volume, logs, bin, ceremony] = [
    join(site, 'volume'),
    join(site, 'logs'),
    join(site, 'bin'),
    join(site, 'ceremony'),
  ];
  const here = (text: string) =>
    text
      .replaceAll('172.28.0.', '127.77.0.')
      .replaceAll('/var/lib/huren', volume)
      .replaceAll('/opt/huren', opt)
      .replaceAll('/ceremony/', `${ceremony}/`)
      .replaceAll('/etc/prometheus/platform', join(volume, 'public'))
      .replaceAll('/etc/prometheus/rules', join(ROOT, 'deploy/prometheus'))
      .replaceAll('/etc/prometheus', ceremony);
  for (const folder of [volume, logs, bin, ceremony]) mkdirSync(folder);
  for (const name of readdirSync(CEREMONY)) {
    const text = readFileSync(join(CEREMONY, name), 'utf8');
    writeFileSync(join(ceremony, name), here(text));
  }
  const huren = join(bin, 'huren');
  copyFileSync(join(ceremony, 'huren'), huren);
  chmodSync(huren, 0o755);
  chmodSync(site, 0o755);
  readOnly(opt);
  if (USER.uid !== undefined) for (const folder of [volume, logs]) chownSync(folder, USER.uid, USER.gid);
  return { installed, volume, logs, here, path: `${bin}:${join(process.execPath, '..')}:/usr/local/bin:/usr/bin:/bin` };
}

function readOnly(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444);
  }
  chmodSync(folder, 0o555);
}
