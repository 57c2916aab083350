import { LogError } from './log-error.ts';
import type { NodeId } from './merkle-proof.ts';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
/** The bundle format's length prefix is a uint16 (C2SP tlog-tiles, "Log entries"). */
export const MAX_ENTRY_BYTES = 65_535;

const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;
// 2^53 in groups of three digits is six path elements; anything longer is noise from a stranger.
const MAX_PATH_CHARS = 64;

/** One static resource of the log: `width` 256 is a full tile, less is a partial one. */
export type TileAddress =
  | { readonly kind: 'hashes'; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]` (C2SP tlog-tiles). */
export function tilePath(tile: TileAddress): string {
  const place = tile.kind === 'entries' ? 'entries' : String(tile.level);
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`;
  return `tile/${place}/${indexPath(tile.index)}${partial}`;
}

/** The one address this path spells, or undefined for anything not spelled exactly as the specification says. */
export function parseTilePath(path: string): TileAddress | undefined {
  if (path.length > MAX_PATH_CHARS) return undefined;
  const parts = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  const [, place, digits, partialWidth] = parts ?? [];
  if (place === undefined || digits === undefined) return undefined;
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const width = partialWidth === undefined ? TILE_WIDTH : Number(partialWidth);
  const level = Number(place);
  if (partialWidth !== undefined && (width < 1 || width >= TILE_WIDTH)) return undefined;
  if (!Number.isSafeInteger(index) || (place !== 'entries' && level > MAX_LEVEL)) return undefined;
  const tile: TileAddress =
    place === 'entries' ? { kind: 'entries', index, width } : { kind: 'hashes', level, index, width };
  // Two spellings of one tile would be two cache entries; only the canonical one exists.
  return tilePath(tile) === path ? tile : undefined;
}

/** Whether a tree of `size` has every hash or entry of this tile; what it holds then never changes. */
export function tileIsComplete(tile: TileAddress, size: number): boolean {
  const level = tile.kind === 'entries' ? 0 : tile.level;
  const available = Math.floor(size / TILE_WIDTH ** level);
  return tile.index * TILE_WIDTH + tile.width <= available;
}

/** The subtrees whose hashes, one after another, are the tile. */
export function tileNodes(tile: Extract<TileAddress, { kind: 'hashes' }>): NodeId[] {
  const first = tile.index * TILE_WIDTH;
  return Array.from({ length: tile.width }, (_, at) => ({ level: tile.level * TILE_HEIGHT, index: first + at }));
}

/** The entries of a bundle: `from` inclusive, `to` exclusive. */
export function bundleRange(tile: Extract<TileAddress, { kind: 'entries' }>): { from: number; to: number } {
  const from = tile.index * TILE_WIDTH;
  return { from, to: from + tile.width };
}

/** Entries, each behind its length as a big-endian uint16. `entry_too_large` over 65,535 bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  for (const entry of entries) requireEntrySize(entry);
  const bundle = new Uint8Array(entries.reduce((total, entry) => total + 2 + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    view.setUint16(at, entry.length);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** The reverse of `encodeBundle`. `corrupt` on a cut bundle or one of more than 256 entries. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const length = at + 2 <= bundle.length ? view.getUint16(at) : MAX_ENTRY_BYTES;
    if (at + 2 + length > bundle.length || entries.length === TILE_WIDTH) {
      throw new LogError('corrupt', 'not an entry bundle', { index: entries.length });
    }
    entries.push(bundle.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** `entry_too_large` when an entry could not be published in a bundle. */
export function requireEntrySize(entry: Uint8Array): void {
  if (entry.length > MAX_ENTRY_BYTES) {
    throw new LogError('entry_too_large', `an entry has ${entry.length} bytes; the most is ${MAX_ENTRY_BYTES}`);
  }
}

function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/[0-9]{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
}
