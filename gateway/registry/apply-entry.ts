import type { CheckpointTrust } from '../log/checkpoint.ts';
import { keyIdentity, type PublicJwk } from '../trust/public-key.ts';
import { fold } from './fold.ts';
import { EMPTY_STATE, type FoldState, isRejection, type Rejection, rejected } from './fold-state.ts';
import { trustSoFar } from './log-trust.ts';
import { verifyEvent } from './verify-event.ts';

const BATCH = 256;

/**
 * Who may create the registry that is followed here, and the verifier keys pinned for its log: the creation must name
 * one of them. Null: none is pinned, so that whatever keys the anchor names count.
 */
export interface GenesisRule {
  readonly anchor: { readonly entity_id: string; readonly jwks: { readonly keys: readonly PublicJwk[] } } | null;
  readonly logKeys: readonly string[] | null;
}

/** One entry of the log: verified, held against the configured anchor where it is the first, and folded. */
export async function applyEntry(state: FoldState, jws: string, genesis: GenesisRule): Promise<FoldState | Rejection> {
  const verified = await verifyEvent(state, jws);
  if (isRejection(verified)) return verified;
  if (verified.event.kind === 'registry_created' && state.size === 0) {
    const { iss, body } = verified.event;
    const signedWith = body.jwks.keys.find(({ kid }) => kid === verified.kid);
    const identity = signedWith === undefined ? null : keyIdentity(signedWith);
    const trusted = genesis.anchor?.jwks.keys.some((key) => keyIdentity(key) === identity) === true;
    // Whoever writes entry 0 decides everything after it, so its own word for who it is counts for nothing.
    if (!trusted || genesis.anchor?.entity_id !== iss) return rejected('anchor_untrusted');
    const pinned = genesis.logKeys;
    if (pinned !== null && !body.log.keys.some((key) => pinned.includes(key))) return rejected('log_key_mismatch');
  }
  return fold(state, verified);
}

/** A check for `verifyLog`, with the state that the entries accepted so far lead to. */
export interface EntryChecker {
  readonly check: (index: number, bytes: Uint8Array) => Promise<string | undefined>;
  readonly state: () => FoldState;
}

/**
 * Re-decides every entry in order and says what is wrong with one, or undefined. After a refused entry the fold goes on
 * from before it, so that one forged entry is one finding.
 */
export function entryChecker(genesis: GenesisRule): EntryChecker {
  let state = EMPTY_STATE;
  return {
    check: async (_index, bytes) => {
      const outcome = await applyEntry(state, entryText(bytes), genesis);
      if (isRejection(outcome)) return rejectionText(outcome);
      state = outcome;
      return undefined;
    },
    state: () => state,
  };
}

/**
 * Whom to believe about the checkpoints of a log, going by its own verified entries: the pinned keys, and those that the
 * anchor added since, whether or not it has retired them.
 */
export async function trustByEntries(
  genesis: GenesisRule,
  size: number,
  read: (from: number, to: number) => Promise<readonly Uint8Array[]>,
): Promise<CheckpointTrust> {
  const { check, state } = entryChecker(genesis);
  for (let from = 0; from < size; from += BATCH) {
    const entries = await read(from, Math.min(from + BATCH, size));
    for (const [at, bytes] of entries.entries()) await check(from + at, bytes);
  }
  return trustSoFar(state(), genesis.logKeys ?? []);
}

/** A rejection in one line: its code, and what is wrong. */
export function rejectionText({ rejected: code, detail }: Rejection): string {
  return `${code} ${detail ?? ''}`.trimEnd();
}

export function entryText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
