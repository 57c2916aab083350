import { type CheckpointTrust, parseCheckpoint, signedCheckpoint } from '../log/checkpoint.ts';
import { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { emptyRoot } from '../log/merkle.ts';
import type { LogReader } from '../log/store.ts';
import { advance } from '../registry/advance.ts';
import { trustByEntries } from '../registry/apply-entry.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { httpLogSource } from '../registry/http-log-source.ts';
import { trustSoFar } from '../registry/log-trust.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { PinnedRegistry } from './registry-pin.ts';

/**
 * Whom to believe about a running gateway's log: the pinned keys, and where none of them signed `note`, those that the
 * anchor added since. Every entry is fetched and decided here for that, since the log must not be the one to say it.
 */
export async function trustOnline(
  { pin, trust }: PinnedRegistry,
  gateway: GatewayClient,
  note: string,
): Promise<CheckpointTrust> {
  if (signedCheckpoint(note, trust) !== null) return trust;
  const fetchBytes = {
    get: async (url: string) => ({ status: 200, bytes: await gateway.bytes(url.slice(gateway.url.length)) }),
  };
  try {
    const advanced = await advance({
      at: { state: EMPTY_STATE, range: new CompactRange() },
      note,
      head: parseCheckpoint(note),
      source: httpLogSource({ baseUrl: gateway.url, fetchBytes, waitS: 0 }),
      mirror: { head: async () => ({ size: 0, root: emptyRoot }), read: async () => [] },
      genesis: { anchor: pin, logKeys: pin.log_keys },
      stopped: new AbortController().signal,
    });
    return 'next' in advanced ? trustSoFar(advanced.next.state, pin.log_keys) : trust;
  } catch (error) {
    if (error instanceof RegistryError || error instanceof LogError) return trust;
    throw error;
  }
}

/** The same for a store at hand, and its checkpoints or one that was kept elsewhere. */
export async function trustOffline(
  { pin, trust }: PinnedRegistry,
  store: LogReader,
  kept: string | undefined,
): Promise<CheckpointTrust> {
  const notes = [await store.loadCheckpoint('signed'), await store.loadCheckpoint('cosigned'), kept];
  if (notes.every((note) => note === undefined || signedCheckpoint(note, trust) !== null)) return trust;
  try {
    const { size } = await store.head();
    const genesis = { anchor: pin, logKeys: pin.log_keys };
    return await trustByEntries(genesis, size, (from, to) => store.read(from, to));
  } catch (error) {
    // What is wrong with the store is for the audit to say.
    if (error instanceof LogError && error.code === 'corrupt') return trust;
    throw error;
  }
}
