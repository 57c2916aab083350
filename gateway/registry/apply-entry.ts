import { keyIdentity, type PublicJwk } from '../trust/public-key.ts';
import { fold } from './fold.ts';
import { EMPTY_STATE, type FoldState, isRejection, type Rejection, rejected } from './fold-state.ts';
import { verifyEvent } from './verify-event.ts';

/** Who may create the registry that this gateway follows, and the log key that the creation must name. */
export interface GenesisRule {
  readonly anchor: { readonly entity_id: string; readonly jwks: { readonly keys: readonly PublicJwk[] } } | null;
  readonly verifierKey: string | null;
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
    if (genesis.verifierKey !== null && !body.log.keys.includes(genesis.verifierKey)) {
      return rejected('log_key_mismatch');
    }
  }
  return fold(state, verified);
}

/**
 * A check for `verifyLog`: re-decides every entry in order and says what is wrong with one, or undefined. After a
 * refused entry the fold goes on from before it, so that one forged entry is one finding.
 */
export function entryChecker(genesis: GenesisRule): (index: number, bytes: Uint8Array) => Promise<string | undefined> {
  let state = EMPTY_STATE;
  return async (_index, bytes) => {
    const outcome = await applyEntry(state, entryText(bytes), genesis);
    if (isRejection(outcome)) return `${outcome.rejected} ${outcome.detail ?? ''}`.trimEnd();
    state = outcome;
    return undefined;
  };
}

export function entryText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
