import { type SignFor, sharingWhereTaken, signTogether, type UnsignedToken } from './shared-signature.ts';
import type { Signer } from './signer.ts';

/**
 * Signs once for all tokens of a batch whose reply goes out as a whole: as soon as each of its members has handed one in,
 * or is over without one. Nobody waits for longer than the reply does, as long as no member waits for another.
 */
export class BatchSigner {
  readonly #signer: () => Signer;
  #undecided: number;
  readonly #waiting: UnsignedToken[] = [];

  /** `members`: how many there are; each has to go through `member` once. */
  constructor(signer: () => Signer, members: number) {
    this.#signer = signer;
    this.#undecided = members;
  }

  /** Runs one member, who signs at most one token by what it is handed. Rejects with whatever it, or the signer, throws. */
  member<T>(run: (signFor: SignFor) => Promise<T>): Promise<T> {
    let isDecided = false;
    const decide = () => {
      if (isDecided) return;
      isDecided = true;
      this.#undecided -= 1;
      if (this.#undecided === 0) signTogether(this.#waiting, this.#signer);
    };
    const signFor = sharingWhereTaken(this.#signer, (token) => {
      this.#waiting.push(token);
      decide();
    });
    const running = run(signFor);
    running.then(decide, decide);
    return running;
  }
}
