import { ProblemError } from '../problem-error.ts';
import { PROOF_LIFETIME_S, verifyDpopProof } from '../trust/dpop-proof.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { TrustError } from '../trust/trust-error.ts';
import { type Challenges, reasonOf } from './challenges.ts';
import { NONCE_LIFE_MS, type ProofNonces } from './proof-nonces.ts';
import type { SeenOnce } from './seen-once.ts';

/** How long a proof could be sent again: while both its time and its nonce are taken. */
export const PROOF_REMEMBERED_MS = Math.max((PROOF_LIFETIME_S + CLOCK_SKEW_S) * 1000, NONCE_LIFE_MS);

/** A request as far as a token and its proof are about it. */
export interface PresentedRequest {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The DPoP header. */
  readonly proof: string | undefined;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

interface Parts {
  readonly nonces: ProofNonces;
  /** Proofs that were used, by whichever instance. */
  readonly seen: SeenOnce;
  /** What this node is called by its clients: a proof for another name was made for somebody else. */
  readonly names: readonly string[];
  readonly nowMs: () => number;
}

/**
 * Whether whoever sends a bound token also holds its key (RFC 9449): what is overheard, logged or lost with a token is then
 * worth nothing. A proof is for one method, one address, one token and one minute, and good once.
 */
export class Possession {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The nonce that the next proof has to contain. */
  nonce(): string {
    return this.#parts.nonces.current();
  }

  /**
   * Gives back under which name the proof is to be spent. Throws ProblemError `proof_missing`, `proof_invalid`,
   * `proof_nonce_required`.
   */
  async check(
    { proof, method, path }: PresentedRequest,
    { token, jkt }: { readonly token: string; readonly jkt: string },
    challenges: Challenges,
  ): Promise<string> {
    const { names, nonces, nowMs } = this.#parts;
    if (proof === undefined) throw challenges.unproven('proof_missing');
    const asked = { method, urls: names.map((name) => `${name}${path}`), accessToken: token, jkt };
    const { jti, nonce } = await verifyDpopProof(proof, asked, Math.floor(nowMs() / 1000)).catch((error: unknown) => {
      if (!(error instanceof TrustError)) throw error;
      throw challenges.unproven('proof_invalid', error.message, reasonOf(error.code));
    });
    if (nonce === null || !nonces.isTaken(nonce)) throw challenges.unproven('proof_nonce_required');
    return `${jkt} ${jti}`;
  }

  /**
   * Uses up a proof that was checked. `admit` is where its client is held to its rate: before the proof takes a place, or one
   * client could take them all, and not for a proof that was used, or whoever overheard one could use up its client's rate.
   * Throws ProblemError `proof_replayed`, `unavailable`, and what `admit` throws.
   */
  async spend(proof: string, challenges: Challenges, admit: () => void): Promise<void> {
    const claim = await this.#parts.seen.claim(proof, admit);
    if (claim === 'again') throw challenges.unproven('proof_replayed');
    // Another instance may have taken it, or it could be sent again unnoticed: not knowing is no permission.
    if (claim === 'unknown') {
      throw new ProblemError('unavailable', 'whether the proof was used cannot be looked up', { 'retry-after': '1' });
    }
  }
}
