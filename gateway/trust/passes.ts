import { type PassIndex, PassRegister } from './pass-register.ts';
import { MAX_PASS_LIFETIME_S, type PassClaims, signPass } from './recognition-pass.ts';
import type { Signer } from './signer.ts';
import { STATUS_LIST_LIFETIME_S, signStatusList } from './status-list.ts';

/** What a pass is made from; `notAfterS` is when mandate or freshness ends, whichever is first. */
export type PassGround = Pick<PassClaims, 'issuer_province' | 'destination' | 'status_as_of' | 'mandate'> & {
  readonly notAfterS: number;
};

export interface IssuedPass {
  readonly pass: string;
  readonly expS: number;
  readonly index: PassIndex;
}

interface Parts {
  readonly entityId: string;
  /** The register's file, below the data directory. */
  readonly path: string;
  readonly signer: () => Signer;
  readonly nowS: () => number;
}

interface Signed {
  readonly token: string;
  readonly version: number;
  readonly kid: string;
  readonly renewAtS: number;
}

/** Issues passes, withdraws them, and publishes which are withdrawn. */
export class Passes {
  readonly #parts: Parts;
  readonly #register: PassRegister;
  readonly #signed = new Map<string, Signed>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#register = new PassRegister(parts.path);
  }

  /** A new pass, or null where it would have ended before it began. */
  async issue({ notAfterS, ...ground }: PassGround): Promise<IssuedPass | null> {
    const { entityId, signer, nowS } = this.#parts;
    const iat = nowS();
    const expS = Math.min(notAfterS, iat + MAX_PASS_LIFETIME_S);
    if (expS <= iat) return null;
    const index = this.#register.take(expS, iat);
    const status = { status_list: { idx: index.idx, uri: this.uriOf(index.list) } };
    return { pass: await signPass({ iss: entityId, iat, exp: expS, ...ground, status }, signer()), expS, index };
  }

  /** Withdraws a pass from now on; false where there is none such. */
  revoke(index: PassIndex): boolean {
    return this.#register.withdraw(index);
  }

  uriOf(list: string): string {
    return `${this.#parts.entityId}/v1/statuslists/${list}`;
  }

  /** A signed status list, or null where there is none such. Signed anew when it or the key changes. */
  async statusList(list: string): Promise<string | null> {
    const state = this.#register.stateOf(list);
    if (state === null) return null;
    const signer = this.#parts.signer();
    const nowS = this.#parts.nowS();
    const held = this.#signed.get(list);
    const stands = held?.version === state.version && held.kid === signer.kid && nowS < held.renewAtS;
    if (held !== undefined && stands) return held.token;
    const { entityId: issuer } = this.#parts;
    const token = await signStatusList({ issuer, uri: this.uriOf(list), withdrawn: state.withdrawn, nowS }, signer);
    const renewAtS = nowS + STATUS_LIST_LIFETIME_S / 2;
    this.#signed.set(list, { token, version: state.version, kid: signer.kid, renewAtS });
    return token;
  }

  /** Every list by its URI: what a bundle takes along. */
  async statusLists(): Promise<Record<string, string>> {
    const lists: Record<string, string> = {};
    for (const id of this.#register.lists()) {
      const token = await this.statusList(id);
      if (token !== null) lists[this.uriOf(id)] = token;
    }
    return lists;
  }

  close(): void {
    this.#register.close();
  }
}
