import { type SignFor, sharingWhereTaken, signTogether, type UnsignedToken } from './shared-signature.ts';
import type { Signer } from './signer.ts';

/**
 * Signs once for all tokens that are handed in within one turn of the event loop, in the Merkle form. One that is alone
 * gets a plain compact JWS, so that under little load nothing is larger or later than it was; under much of it the turn
 * is the wait. `signer` is asked when it comes to signing: a key may have been rotated by then, or signing be over.
 */
export class TurnSigner {
  /** How to sign for somebody who takes these forms. Rejects with whatever the signer throws. */
  readonly signFor: SignFor;
  readonly #signer: () => Signer;
  #waiting: UnsignedToken[] = [];

  constructor(signer: () => Signer) {
    this.#signer = signer;
    this.signFor = sharingWhereTaken(signer, (token) => this.#wait(token));
  }

  #wait(token: UnsignedToken): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#endTurn());
    this.#waiting.push(token);
  }

  #endTurn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    signTogether(waiting, this.#signer);
  }
}
