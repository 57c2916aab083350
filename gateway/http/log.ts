import type { IncomingMessage } from 'node:http';
import type { Request, Response, Router } from 'express';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import { peerOf } from '../access/peer-address.ts';
import { LogError, type LogErrorCode } from '../log/log-error.ts';
import { consistencyProof, inclusionProof, type ReadHashes, treeRoot } from '../log/merkle-proof.ts';
import type { LogReader, LogStore } from '../log/store.ts';
import {
  bundleRange,
  encodeBundle,
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  tileIsComplete,
  tileNodes,
} from '../log/tiles.ts';
import { ProblemError } from '../problem-error.ts';
import type { Registry } from '../registry/registry.ts';
import { acceptCosignature } from '../registry/witnesses.ts';
import { receiveFromAnybody } from './admission.ts';
import type { CheckpointWaits } from './checkpoint-waits.ts';
import { queryCount } from './query.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { resource } from './route.ts';

const FULL_TILE_CACHE = 'public, max-age=31536000, immutable';
const MAX_COSIGNATURE_BYTES = 1024;
const MOST_WAIT_S = 30;
const COSIGNATURE_REFUSALS = new Set<LogErrorCode>(['note_untrusted', 'note_forged', 'note_out_of_time']);
const PARTIAL_TILE_CACHE = 'public, max-age=60';

interface Parts {
  readonly registry: Registry;
  readonly store: LogStore;
  readonly waits: CheckpointWaits;
  readonly bodies: IncomingBodies;
  readonly nowMs: () => number;
  /** Where the log is written: the keys to name in its creation. */
  readonly logSigner?: { readonly verifierKeys: readonly string[] };
}

/** The log for whoever wants to check it: signed tree head, tiles (C2SP tlog-tiles) and proofs (RFC 9162). */
export function mountLog(router: Router, { registry, store, waits, bodies, nowMs, logSigner }: Parts): void {
  const hashes: ReadHashes = (nodes) => store.hashes(nodes);
  // Beyond this nothing has been checked by this instance yet, so it vouches for nothing there.
  const size = () => registry.folded().size;

  resource(router, '/v1/log/checkpoint', {
    GET: answering(async (request, response) => {
      const since = queryCount(request, 'since');
      const waitS = queryCount(request, 'wait_s') ?? 0;
      if (waitS > MOST_WAIT_S) throw new ProblemError('body_invalid', `wait_s: must be 0 to ${MOST_WAIT_S}`);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const checkpoint = await waits.otherThan(since, {
        waitMs: waitS * 1000,
        peer: peerOf(request),
        gone: gone.signal,
      });
      if (gone.signal.aborted) return;
      if (checkpoint === undefined) throw new ProblemError('unavailable', 'the log has not been signed yet');
      response.type('text/plain').send(checkpoint);
    }),
  });
  resource(router, '/v1/log/checkpoint/cosigned', {
    GET: answering(async (_request, response) => {
      const checkpoint = await store.loadCheckpoint('cosigned');
      if (checkpoint === undefined) throw new ProblemError('not_found', 'no witness has cosigned a checkpoint yet');
      response.type('text/plain').send(checkpoint);
    }),
  });
  resource(router, '/v1/log/cosignatures', {
    POST: answering(async (request, response) => {
      const line = await receiveFromAnybody(bodies, request, MAX_COSIGNATURE_BYTES, readLine);
      const note = await acceptCosignature(store, registry.folded(), line, Math.floor(nowMs() / 1000));
      response.status(201).type('text/plain').send(note);
    }),
  });
  resource(router, '/v1/log/key', {
    GET: (_request, response) => {
      const keys = registry.folded().log?.keys ?? logSigner?.verifierKeys ?? [];
      response.type('text/plain').send(keys.map((key) => `${key}\n`).join(''));
    },
  });
  resource(router, '/v1/log/tile/*path', {
    GET: answering(async (request, response) => {
      const tile = parseTilePath(request.path.slice('/v1/log/'.length));
      if (tile === undefined || !tileIsComplete(tile, size()))
        throw new ProblemError('not_found', 'no such tile (yet)');
      response.set('cache-control', tile.width === TILE_WIDTH ? FULL_TILE_CACHE : PARTIAL_TILE_CACHE);
      response.type('application/octet-stream').send(Buffer.from(await tileBytes(store, tile)));
    }),
  });
  mountProofs(router, hashes, size);
}

/** Proofs of RFC 9162 over what this instance has checked. */
function mountProofs(router: Router, hashes: ReadHashes, size: () => number): void {
  resource(router, '/v1/log/proof/inclusion', {
    GET: answering(async (request, response) => {
      const index = required(queryCount(request, 'index'), 'index');
      const at = { index, size: queryCount(request, 'size') ?? size() };
      within(at.size, size());
      const proof = await inclusionProof(at, hashes);
      const [leaf] = await hashes([{ level: 0, index }]);
      const root = await treeRoot(at.size, hashes);
      response.json({
        ...at,
        leaf_hash: base64(leaf ?? new Uint8Array()),
        root: base64(root),
        proof: proof.map(base64),
      });
    }),
  });
  resource(router, '/v1/log/proof/consistency', {
    GET: answering(async (request, response) => {
      const from = required(queryCount(request, 'from'), 'from');
      const to = queryCount(request, 'to') ?? size();
      within(to, size());
      const proof = await consistencyProof({ size1: from, size2: to }, hashes);
      const [rootFrom, rootTo] = [await treeRoot(from, hashes), await treeRoot(to, hashes)];
      response.json({ from, to, root_from: base64(rootFrom), root_to: base64(rootTo), proof: proof.map(base64) });
    }),
  });
}

/** One signature line as a witness sends it. */
async function readLine(request: IncomingMessage): Promise<string> {
  if (mediaTypeOf(request) !== 'text/plain')
    throw new ProblemError('media_type_unsupported', 'send one line as text/plain');
  return await receiveText(request, MAX_COSIGNATURE_BYTES, 'signature line');
}

async function tileBytes(store: LogReader, tile: TileAddress): Promise<Uint8Array> {
  if (tile.kind === 'hashes') return Buffer.concat(await store.hashes(tileNodes(tile)));
  const { from, to } = bundleRange(tile);
  return encodeBundle(await store.read(from, to));
}

/** What the log refuses is a wrong question; what it cannot do now is not the client's fault. */
function answering(handler: (request: Request, response: Response) => Promise<void>) {
  return async (request: Request, response: Response) => {
    try {
      await handler(request, response);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (error.code === 'out_of_range') throw new ProblemError('body_invalid', error.message);
      if (error.code === 'note_malformed') throw new ProblemError('event_invalid', error.message);
      if (COSIGNATURE_REFUSALS.has(error.code)) throw new ProblemError('event_unauthorised', error.message);
      throw new ProblemError('unavailable', `the log cannot be read: ${error.code}`, { 'retry-after': '1' });
    }
  };
}

function within(size: number, known: number): void {
  if (size > known) throw new ProblemError('body_invalid', `the log has ${known} entries`);
}

function required(value: number | null, name: string): number {
  if (value === null) throw new ProblemError('body_invalid', `${name}: must be given once`);
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
