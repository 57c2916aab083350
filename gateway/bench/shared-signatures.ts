import { randomUUID } from 'node:crypto';
import { EVERY_FORM, PLAIN_FORM, type TokenForm } from '../../schemas/token-form.ts';
import type { Signer } from '../trust/signer.ts';
import { TurnSigner } from '../trust/turn-signer.ts';
import type { SharedThing } from './shared-thing.ts';

const HEADER = { typ: 'recognition-attestation+jwt' };
/** About as much as an attestation says. */
const WORDS = 'w'.repeat(600);

/** Tokens that are signed one by one, or with one signature for those of a turn, as attestations are. */
export function openSignatures(signer: Signer): SharedThing {
  let signatures = 0;
  const counted: Signer = {
    ...signer,
    sign: (input) => {
      signatures += 1;
      return signer.sign(input);
    },
  };
  const turns = new TurnSigner(() => counted);
  const signed = (forms: readonly TokenForm[]) => async () => {
    await turns.signFor(forms)(HEADER, { jti: randomUUID(), words: WORDS });
    return performance.now();
  };
  return { alone: signed(PLAIN_FORM), together: signed(EVERY_FORM), taken: () => signatures };
}
