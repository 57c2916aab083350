import { signedCheckpoint } from '../log/checkpoint.ts';
import type { LogReader } from '../log/store.ts';
import { entryChecker, type GenesisRule } from '../registry/apply-entry.ts';
import type { FoldState } from '../registry/fold-state.ts';
import { type FetchBytes, httpLogSource } from '../registry/http-log-source.ts';
import { type KeptCheckpoint, lossOf } from '../registry/kept-checkpoint.ts';
import { peerOrigins } from '../registry/log-peers.ts';
import { trustSoFar } from '../registry/log-trust.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { RecoveryError } from './recovery-error.ts';

/** What somebody has seen of a log, held against it. `foreign`: no key that this log knows signed it. */
export interface Sighting {
  /** An address, or a file. */
  readonly by: string;
  readonly outcome: 'consistent' | 'older' | 'other' | 'foreign' | 'unreachable';
  /** How many entries were signed there; null where nothing was shown. */
  readonly size: number | null;
}

/** Whom to ask what they have seen. */
export interface Onlookers {
  readonly genesis: GenesisRule;
  /** The checkpoint that this node keeps beside its store, where it is still there. */
  readonly kept: KeptCheckpoint | null;
  /** Checkpoints that were kept elsewhere: a witness's, an auditor's. */
  readonly elsewhere: readonly { readonly by: string; readonly note: string }[];
  /** Origins of the node itself: nobody answers there now. */
  readonly own: ReadonlySet<string>;
  readonly fetchBytes: FetchBytes;
}

const BATCH = 256;
const ASKED_AT_ONCE = 8;
const ANSWERS_WITHIN_MS = 5_000;

/**
 * Decides every entry of a log anew, and holds it against what everybody who follows it has seen: whoever writes on an
 * older copy signs a second history. Throws RecoveryError `log_invalid`.
 */
export async function sightingsOf(
  log: { readonly store: LogReader; readonly signed: string | null },
  onlookers: Onlookers,
  onProgress: (done: number) => void,
): Promise<Sighting[]> {
  const { genesis, kept, elsewhere, own } = onlookers;
  const { store, signed } = log;
  const state = await foldAll(store, genesis, onProgress);
  const held = (by: string, note: string) => sighting({ store, state, genesis }, by, note);
  if (signed !== null && (await held('', signed)).outcome === 'foreign') {
    throw new RecoveryError('log_invalid', 'the checkpoint of the archive is not signed by a key of its log');
  }
  const sightings = [
    ...(kept === null ? [] : [await held('last-checkpoint.txt', kept.note)]),
    ...(await Promise.all(elsewhere.map(({ by, note }) => held(by, note)))),
  ];
  const peers = peerOrigins(state, own);
  for (let from = 0; from < peers.length; from += ASKED_AT_ONCE) {
    const some = peers.slice(from, from + ASKED_AT_ONCE);
    sightings.push(
      ...(await Promise.all(
        some.map(async (origin) => {
          const note = await shownAt(origin, onlookers.fetchBytes);
          return note === null ? { by: origin, outcome: 'unreachable' as const, size: null } : await held(origin, note);
        }),
      )),
    );
  }
  return sightings;
}

/** What sightings come to. No word of anybody about a log that others follow is no confirmation. */
export function judgeSightings(sightings: readonly Sighting[]): 'confirmed' | 'log_older' | 'log_unconfirmed' {
  const has = (...outcomes: Sighting['outcome'][]) => sightings.some(({ outcome }) => outcomes.includes(outcome));
  if (has('older', 'other')) return 'log_older';
  // A key that the archive does not know may have been added after it was made.
  if (has('foreign')) return 'log_unconfirmed';
  return sightings.length === 0 || has('consistent') ? 'confirmed' : 'log_unconfirmed';
}

async function foldAll(store: LogReader, genesis: GenesisRule, onProgress: (done: number) => void): Promise<FoldState> {
  const { size } = await store.head();
  const { check, state } = entryChecker(genesis);
  for (let from = 0; from < size; from += BATCH) {
    const entries = await store.read(from, Math.min(from + BATCH, size));
    for (const [at, bytes] of entries.entries()) {
      const refusal = await check(from + at, bytes);
      if (refusal !== undefined) throw new RecoveryError('log_invalid', `entry ${from + at} is refused: ${refusal}`);
    }
    onProgress(from + entries.length);
  }
  return state();
}

interface HeldLog {
  readonly store: LogReader;
  readonly state: FoldState;
  readonly genesis: GenesisRule;
}

async function sighting({ store, state, genesis }: HeldLog, by: string, note: string): Promise<Sighting> {
  const seen = signedCheckpoint(note, trustSoFar(state, genesis.logKeys ?? []));
  if (seen === null) return { by, outcome: 'foreign', size: null };
  const loss = await lossOf({ note, ...seen }, store);
  const outcome = loss === null ? 'consistent' : loss.code === 'log_shorter' ? 'older' : 'other';
  return { by, outcome, size: seen.size };
}

async function shownAt(origin: string, fetchBytes: FetchBytes): Promise<string | null> {
  try {
    const source = httpLogSource({ baseUrl: origin, fetchBytes, waitS: 0 });
    return await source.checkpoint(null, AbortSignal.timeout(ANSWERS_WITHIN_MS));
  } catch (error) {
    if (error instanceof RegistryError) return null;
    throw error;
  }
}
