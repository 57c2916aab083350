import { type TokenForm, widestForm } from '../../schemas/token-form.ts';
import { leafHash } from '../log/merkle.ts';
import { buildMerkleTree } from '../log/merkle-tree.ts';
import { encodeMerkleProof, MERKLE_MEMBERS, MOST_LEAVES, rootText } from './merkle-form.ts';
import { encodePart, type Signer, type SignToken, signCompact, signingInputOf, signParts } from './signer.ts';

interface Waiting {
  readonly typ: string;
  readonly payloadPart: string;
  readonly resolve: (token: string) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Signs once for all tokens that are handed in within one turn of the event loop, in the Merkle form. One that is alone
 * gets a plain compact JWS, so that under little load nothing is larger or later than it was; under much of it the turn
 * is the wait. `signer` is asked when it comes to signing: a key may have been rotated by then, or signing be over.
 */
export class TurnSigner {
  readonly #signer: () => Signer;
  #waiting: Waiting[] = [];

  constructor(signer: () => Signer) {
    this.#signer = signer;
  }

  /** How to sign for somebody who takes these forms. Rejects with whatever the signer throws. */
  signFor(forms: readonly TokenForm[]): SignToken {
    return widestForm(forms) === 'merkle' ? this.#signWithOthers : this.#signAlone;
  }

  readonly #signAlone: SignToken = async (header, payload) => await signCompact(header, payload, this.#signer());

  readonly #signWithOthers: SignToken = ({ typ }, payload) => {
    const payloadPart = encodePart(payload);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#endTurn());
      this.#waiting.push({ typ, payloadPart, resolve, reject });
    });
  };

  #endTurn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += MOST_LEAVES) void this.#settle(waiting.slice(at, at + MOST_LEAVES));
  }

  async #settle(together: readonly Waiting[]): Promise<void> {
    try {
      const tokens = await signTogether(together, this.#signer());
      for (const [index, { resolve }] of together.entries()) resolve(tokens[index] ?? '');
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
}

async function signTogether(together: readonly Waiting[], signer: Signer): Promise<readonly string[]> {
  const [alone, ...others] = together;
  if (alone !== undefined && others.length === 0) return [await signParts(alone, alone.payloadPart, signer)];
  const encoder = new TextEncoder();
  const inputs = together.map(({ typ, payloadPart }) =>
    signingInputOf({ typ, ...MERKLE_MEMBERS }, payloadPart, signer),
  );
  const size = inputs.length;
  const tree = buildMerkleTree(inputs.map((input) => leafHash(encoder.encode(input))));
  const signature = new Uint8Array(await signer.sign(encoder.encode(rootText(size, tree.root))));
  return inputs.map(
    (input, index) => `${input}.${encodeMerkleProof({ index, size, path: tree.pathOf(index), signature })}`,
  );
}
