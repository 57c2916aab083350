import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { consistencyProofSchema } from '../../schemas/registry-views.ts';
import { LogError } from '../log/log-error.ts';
import { decodeBundle, MAX_ENTRY_BYTES, TILE_WIDTH, tilePath } from '../log/tiles.ts';
import type { LogSource } from './log-source.ts';
import { RegistryError } from './registry-error.ts';

/** One GET of a bounded reply. Rejects where the address is refused, time is up, or the reply is too large. */
export interface FetchBytes {
  readonly get: (
    url: string,
    limits: { readonly timeoutMs: number; readonly maxBytes: number; readonly signal?: AbortSignal },
  ) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;
}

const TIMEOUT_MS = 10_000;
const MAX_NOTE_BYTES = 64 * 1024;
const MAX_PROOF_BYTES = 16 * 1024;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);

/**
 * The log behind the registry's public endpoints (`/v1/log/…`). `waitS`: how long the registry may hold a question for
 * its checkpoint (0 to 30); an answer then arrives the moment that the log grows.
 */
export function httpLogSource(options: {
  readonly baseUrl: string;
  readonly fetchBytes: FetchBytes;
  readonly waitS?: number;
}): LogSource {
  const { baseUrl, fetchBytes, waitS = 10 } = options;
  const base = `${baseUrl.replace(/\/+$/, '')}/v1/log`;
  const get = async (path: string, maxBytes: number, signal: AbortSignal, timeoutMs = TIMEOUT_MS) => {
    const asked = fetchBytes.get(`${base}/${path}`, { timeoutMs, maxBytes, signal });
    const reply = await unlessAborted(asked, signal).catch((cause: unknown) => {
      throw new RegistryError('registry_unavailable', `nothing answers at ${base}`, { cause });
    });
    if (reply.status !== 200 || reply.bytes.length > maxBytes) {
      throw new RegistryError('registry_unavailable', `${base} answers with status ${reply.status}`);
    }
    return reply.bytes;
  };
  return {
    name: base,
    checkpoint: async (since, signal) => {
      const waiting = since !== null && waitS > 0;
      const path = waiting ? `checkpoint?since=${since}&wait_s=${waitS}` : 'checkpoint';
      const timeoutMs = TIMEOUT_MS + (waiting ? waitS * 1000 : 0);
      return textOf(await get(path, MAX_NOTE_BYTES, signal, timeoutMs));
    },
    entries: async ({ from, to, size }, signal) => {
      const index = Math.floor(from / TILE_WIDTH);
      const first = index * TILE_WIDTH;
      const width = Math.min(TILE_WIDTH, size - first);
      const entries = bundleOf(await get(tilePath({ kind: 'entries', index, width }), MAX_BUNDLE_BYTES, signal));
      if (entries.length !== width)
        throw new RegistryError('tiles_damaged', `bundle ${index} has not ${width} entries`);
      return entries.slice(from - first, to - first);
    },
    consistency: async (from, to, signal) => {
      const bytes = await get(`proof/consistency?from=${from}&to=${to}`, MAX_PROOF_BYTES, signal);
      const parsed = consistencyProofSchema.safeParse(jsonOrUndefined(textOf(bytes)));
      if (!parsed.success) throw new RegistryError('registry_unavailable', `${base} answers with no consistency proof`);
      const { root_from, proof } = parsed.data;
      return { rootFrom: hashOf(root_from), proof: proof.map(hashOf) };
    },
  };
}

/**
 * Whoever stops does not wait for an answer, even where the fetch given here would. The signal is asked for as long as the
 * node runs, so that no question may leave anything behind on it.
 */
async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([asked, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function bundleOf(bytes: Uint8Array): Uint8Array[] {
  try {
    return decodeBundle(bytes);
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new RegistryError('tiles_damaged', 'a reply is no bundle of entries', { cause });
  }
}

function hashOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
