import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { ownMember } from '../../schemas/own-member.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { type AnswerTrust, type CheckedAnswer, type CheckOptions, checkAnswer } from '../trust/check-answer.ts';
import { type VerifiedPass, verifyPass } from '../trust/recognition-pass.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { ClientError } from './client-error.ts';

export type { CheckCode, CheckedAnswer } from '../trust/check-answer.ts';
export type { VerifiedPass } from '../trust/recognition-pass.ts';
export { ClientError } from './client-error.ts';

interface Documents {
  /** The anchor file, as text: pinned by hand, never taken from a gateway. */
  readonly anchor: string;
  /** GET /federation/bundle, as text: fetched now and then, from anywhere, since every part of it is checked. */
  readonly bundle: string;
}

type Expected = Omit<CheckOptions, 'atS'> & { readonly atS?: number };

/**
 * Verifies answers and passes without a network: signatures, chains up to the pinned anchor, times, and every rule that a
 * gateway has to keep. What a bundle lacks is not known, and nothing is taken for true because of that.
 */
export class OfflineVerifier {
  readonly #trust: AnswerTrust & { readonly anchor: TrustBundle };
  readonly #bundle: TrustBundle;

  /** Throws ClientError `setting_invalid` where a document is none of its kind. */
  constructor({ anchor, bundle }: Documents) {
    const carried = read(bundle, 'the trust bundle');
    this.#bundle = carried;
    this.#trust = {
      anchor: read(anchor, 'the anchor file'),
      chainOf: async (entityId) => {
        const chain = ownMember(carried.chains, entityId);
        if (chain === undefined) throw new TrustError('fetch_failed', 'the bundle has no chain for that entity');
        return chain;
      },
      historicalKeysOf: (entityId) => ownMember(carried.historical_keys, entityId) ?? null,
    };
  }

  /**
   * Verifies a gateway's whole reply, its plain words against what was signed. `audience` is the venue's client_id and
   * `nonce` the question's: without them an answer for somebody else would do. Never throws for what it is handed.
   */
  async verifyAnswer(reply: VerificationReply, { atS = nowS(), ...expected }: Expected = {}): Promise<CheckedAnswer> {
    const { attestation, evidence } = reply;
    return await checkAnswer({ attestation, evidence, spoken: reply }, this.#trust, { ...expected, atS });
  }

  /** Verifies a pass that its holder carries. Without its status list in the bundle it does not count. */
  async verifyPass(pass: string, { atS = nowS() }: { readonly atS?: number } = {}): Promise<VerifiedPass> {
    const statusListOf = async (uri: string) => ownMember(this.#bundle.status_lists, uri) ?? null;
    return await verifyPass(pass, { ...this.#trust, atS, statusListOf });
  }
}

function read(text: string, what: string): TrustBundle {
  const parsed = trustBundleSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new ClientError('setting_invalid', `${what} is no document of its kind`);
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}
