import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySetting } from '../keys/key-setting.ts';
import { readKeySetting } from '../keys/key-setting.ts';
import { openKeyStore, ringFilePath } from '../keys/key-store.ts';
import { readPrivateFile, writePrivateFile } from '../keys/private-file.ts';
import { RecoveryError } from './recovery-error.ts';

/** Where a node keeps what is its own, as its settings say. */
export interface NodePlaces {
  readonly dataDir: string;
  /** PostgreSQL for log, coverage and passes; null: files below the data directory. */
  readonly databaseUrl: string | null;
  /** Whether the log is written here. A copy of somebody else's log is fetched again, and not backed up. */
  readonly writesLog: boolean;
  readonly keys: KeySetting;
  /** Secrets of provinces' systems; null: none are used. */
  readonly upstreamDir: string | null;
  /** The anchor file, where it is not in the data directory. */
  readonly anchorFile: string | null;
}

/** A file of a node: what an archive calls it, and where it is here. */
export interface PlacedFile {
  readonly path: string;
  readonly at: string;
}

export const ANCHOR = 'data/anchor.json';
/** Signed once and contradicted since, and evidence of forks: what must not be forgotten with a machine. */
const KEPT_NOTES = /^(?:last-checkpoint\.\d+-[0-9a-f]{8}|fork-\d+(?:-[0-9a-f]+)?)\.txt$/;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const NAMES = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,8}[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** Every file that this node has to keep. Throws RecoveryError, and KeyError where others may read one that is secret. */
export function keptFiles(places: NodePlaces): PlacedFile[] {
  const { dataDir, keys, upstreamDir } = places;
  const rings = openKeyStore(keys).rings();
  return [
    ...rings.map(({ owner, use }) => ({ path: `keys/${owner}/${use}.json`, at: ringFilePath(keys, owner, use) })),
    ...filesBelow(join(dataDir, 'entities'), 'entities'),
    ...namesIn(dataDir)
      .filter((name) => KEPT_NOTES.test(name))
      .map((name) => ({ path: `data/${name}`, at: join(dataDir, name) })),
    ...[{ path: ANCHOR, at: anchorFileOf(places) }].filter(({ at }) => existsSync(at)),
    ...(upstreamDir === null ? [] : filesBelow(upstreamDir, 'upstream')),
  ];
}

/** Where a file of an archive belongs here. Throws RecoveryError `archive_newer` for one that this program does not know. */
export function placeOf(places: NodePlaces, path: string): string {
  const [folder, ...rest] = path.split('/');
  const name = rest.join('/');
  if (path === ANCHOR) return anchorFileOf(places);
  if (folder === 'keys') return join(readKeySetting(places.keys).folder, name);
  if (folder === 'entities') return join(places.dataDir, path);
  if (folder === 'data' && KEPT_NOTES.test(name)) return join(places.dataDir, name);
  if (folder === 'upstream') return join(places.upstreamDir ?? join(places.dataDir, 'upstream'), name);
  throw new RecoveryError('archive_newer', `the archive has a file that this program does not know: ${path}`);
}

/** The bytes of a file that is to be kept. Throws RecoveryError, KeyError. */
export function readKept({ path, at }: PlacedFile): Buffer {
  const isSecret = path.startsWith('keys/');
  const bytes = Buffer.from((isSecret ? readPrivateFile(at) : readFileSync(at, 'utf8')) ?? '');
  if (bytes.length > MAX_FILE_BYTES) throw new RecoveryError('file_unreadable', `${at} is too large for a backup`);
  return bytes;
}

/** How a file of an archive stands to what is here. The anchor file that is pinned here stays, whatever the archive has. */
export function compareFile({ path, at }: PlacedFile, bytes: Buffer): 'missing' | 'there' | 'differs' {
  if (!existsSync(at)) return 'missing';
  return path === ANCHOR || readFileSync(at).equals(bytes) ? 'there' : 'differs';
}

/** Puts a file back, for its owner alone. */
export function writeKept({ at }: PlacedFile, bytes: Buffer): void {
  writePrivateFile(at, bytes.toString('utf8'));
}

export function anchorFileOf({ dataDir, anchorFile }: NodePlaces): string {
  return anchorFile ?? join(dataDir, 'anchor.json');
}

/** Names that begin with a dot are somebody's own: editors', or those by which Kubernetes swaps a mounted folder. */
function filesBelow(folder: string, called: string): PlacedFile[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.flatMap((entry) => {
    const at = join(entry.parentPath, entry.name);
    const name = at.slice(folder.length).replace(/^\/+/, '');
    if (/(?:^|\/)\./.test(name)) return [];
    if (!NAMES.test(name)) throw new RecoveryError('file_unreadable', `${at} has a name that no backup can hold`);
    return [{ path: `${called}/${name}`, at }];
  });
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
