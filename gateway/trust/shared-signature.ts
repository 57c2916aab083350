import { type TokenForm, widestForm } from '../../schemas/token-form.ts';
import { leafHash } from '../log/merkle.ts';
import { buildMerkleTree } from '../log/merkle-tree.ts';
import { encodeMerkleProof, MOST_LEAVES, rootText } from './merkle-form.ts';
import { utf8Of } from './octets.ts';
import { encodePart, type Signer, type SignToken, signingInputOf, signParts } from './signer.ts';

/** How to sign for somebody who takes these forms. */
export type SignFor = (forms: readonly TokenForm[]) => SignToken;

/** A token that waits for others to share a signature with, and for whoever handed it in. */
export interface UnsignedToken {
  readonly typ: string;
  readonly payloadPart: string;
  readonly resolve: (token: string) => void;
  readonly reject: (reason: unknown) => void;
}

/** Hands in what may share a signature; what has to have one of its own is signed at once. */
export function sharingWhereTaken(signer: () => Signer, handIn: (token: UnsignedToken) => void): SignFor {
  const signAlone: SignToken = (header, payload) => {
    try {
      return signParts(header, encodePart(payload), signer());
    } catch (error) {
      return Promise.reject(error);
    }
  };
  const signWithOthers: SignToken = ({ typ }, payload) => {
    const payloadPart = encodePart(payload);
    return new Promise((resolve, reject) => handIn({ typ, payloadPart, resolve, reject }));
  };
  return (forms) => (widestForm(forms) === 'merkle' ? signWithOthers : signAlone);
}

/**
 * Signs tokens in the Merkle form, with as few signatures as there have to be, and a single one as a plain compact JWS.
 * `signer` is asked when it comes to signing; what it throws goes to everybody whose token it was to sign.
 */
export function signTogether(unsigned: readonly UnsignedToken[], signer: () => Signer): void {
  for (let at = 0; at < unsigned.length; at += MOST_LEAVES) void settle(unsigned.slice(at, at + MOST_LEAVES), signer);
}

async function settle(together: readonly UnsignedToken[], signer: () => Signer): Promise<void> {
  try {
    const tokens = await signRoot(together, signer());
    for (const [index, { resolve }] of together.entries()) resolve(tokens[index] ?? '');
  } catch (error) {
    for (const { reject } of together) reject(error);
  }
}

async function signRoot(together: readonly UnsignedToken[], signer: Signer): Promise<readonly string[]> {
  const [alone, ...others] = together;
  if (alone !== undefined && others.length === 0) return [await signParts(alone, alone.payloadPart, signer)];
  const inputs = together.map(({ typ, payloadPart }) => signingInputOf(typ, 'merkle', payloadPart, signer));
  const size = inputs.length;
  const tree = buildMerkleTree(inputs.map((input) => leafHash(utf8Of(input))));
  const signature = new Uint8Array(await signer.sign(utf8Of(rootText(size, tree.root))));
  return inputs.map(
    (input, index) => `${input}.${encodeMerkleProof({ index, size, path: tree.pathOf(index), signature })}`,
  );
}
