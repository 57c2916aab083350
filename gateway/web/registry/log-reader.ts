import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { consistencyProofSchema } from '../../../schemas/registry-views.ts';
import { decodeBase64 } from '../../log/base64.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { CompactRange } from '../../log/compact-range.ts';
import { LogError } from '../../log/log-error.ts';
import { HASH_BYTES, leafHash, nodeHash, sameBytes, verifyConsistency } from '../../log/merkle.ts';
import { type NodeId, peakNodes } from '../../log/merkle-proof.ts';
import { decodeBundle, MAX_ENTRY_BYTES, TILE_WIDTH, tilePath } from '../../log/tiles.ts';
import { askOwnGateway, bytesOfOwnGateway } from '../shell/own-gateway.ts';

const ANSWER_WITHIN_MS = 20_000;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);
const TILE_HEIGHT = 8;

/**
 * The log of the page's own gateway under one tree head that is believed. An entry is handed out only once everything in
 * its bundle, with the tree before it, leads to that head: whoever shows another entry would need another head. Rejects
 * with LogError `corrupt`, and `unavailable` where the gateway does not answer.
 */
export class LogReader {
  readonly head: Checkpoint;
  readonly #bundles = new Map<number, Promise<readonly Uint8Array[]>>();
  readonly #tiles = new Map<string, Promise<Uint8Array>>();

  constructor(head: Checkpoint) {
    this.head = head;
  }

  /** How many bundles the log fills or has begun. */
  get bundleCount(): number {
    return Math.ceil(this.head.size / TILE_WIDTH);
  }

  /** One entry, proved. `out_of_range` beyond the head. */
  async entry(index: number): Promise<Uint8Array> {
    const entries = await this.bundle(Math.floor(index / TILE_WIDTH));
    const found = entries[index % TILE_WIDTH];
    if (found === undefined) throw new LogError('out_of_range', 'no such entry under this head');
    return found;
  }

  /** All entries of one bundle, proved; the first of them is entry `at * 256`. */
  bundle(at: number): Promise<readonly Uint8Array[]> {
    const known = this.#bundles.get(at);
    if (known !== undefined) return known;
    const read = this.#readBundle(at);
    this.#bundles.set(at, read);
    // What failed because nobody answered is asked for again.
    read.catch(() => this.#bundles.delete(at));
    return read;
  }

  async #readBundle(at: number): Promise<readonly Uint8Array[]> {
    const { size, root } = this.head;
    const from = at * TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, size - from);
    if (width < 1) throw new LogError('out_of_range', 'no such entry under this head');
    const entries = decodeBundle(await read(tilePath({ kind: 'entries', index: at, width }), MAX_BUNDLE_BYTES));
    if (entries.length !== width) throw new LogError('corrupt', 'a bundle of another length');
    const range = new CompactRange(from, await Promise.all(peakNodes(from).map((node) => this.#hashOf(node))));
    for (const entry of entries) range.append(leafHash(entry));
    const leads =
      range.size === size ? sameBytes(range.root(), root) : await extendsTo(range.size, range.root(), this.head);
    if (!leads) throw new LogError('corrupt', 'the entries do not lead to the signed head');
    return entries;
  }

  /** The hash of a whole subtree, out of the tile that holds its leaves or what stands for them. */
  async #hashOf({ level, index }: NodeId): Promise<Uint8Array> {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const count = 2 ** (level % TILE_HEIGHT);
    const first = index * count;
    const tile = Math.floor(first / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, Math.floor(this.head.size / TILE_WIDTH ** tileLevel) - tile * TILE_WIDTH);
    const bytes = await this.#tile(tilePath({ kind: 'hashes', level: tileLevel, index: tile, width }), width);
    let hashes: Uint8Array[] = Array.from({ length: count }, (_, at) => {
      const start = (first - tile * TILE_WIDTH + at) * HASH_BYTES;
      return bytes.slice(start, start + HASH_BYTES);
    });
    while (hashes.length > 1) {
      hashes = Array.from({ length: hashes.length / 2 }, (_, at) =>
        nodeHash(hashes[2 * at] ?? bytes, hashes[2 * at + 1] ?? bytes),
      );
    }
    return hashes[0] ?? bytes;
  }

  #tile(path: string, width: number): Promise<Uint8Array> {
    const known = this.#tiles.get(path) ?? read(path, width * HASH_BYTES);
    this.#tiles.set(path, known);
    known.catch(() => this.#tiles.delete(path));
    return known;
  }
}

/** Whether the tree of a head begins with a smaller tree: nothing before was changed or left out. */
export async function extendsTo(size: number, root: Uint8Array, head: Checkpoint): Promise<boolean> {
  const reply = await askOwnGateway(`/v1/log/proof/consistency?from=${size}&to=${head.size}`, {}, ANSWER_WITHIN_MS);
  if (reply === null) throw new LogError('unavailable', 'the gateway does not answer');
  const { data } = consistencyProofSchema.safeParse(jsonOrUndefined(reply.text));
  const proof = data?.proof.map(decodeBase64) ?? [];
  if (!proof.every((hash) => hash !== undefined)) return false;
  return verifyConsistency({ size1: size, size2: head.size, proof, root1: root, root2: head.root });
}

async function read(path: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await bytesOfOwnGateway(`/v1/log/${path}`, ANSWER_WITHIN_MS, maxBytes);
  if (bytes === null) throw new LogError('unavailable', 'the gateway does not answer');
  return bytes;
}
