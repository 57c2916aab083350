import { StoreError } from '../stores/store-error.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import { MAX_PASS_LIFETIME_S, type PassClaims, signPass } from '../trust/recognition-pass.ts';
import type { Signer } from '../trust/signer.ts';
import { STATUS_LIST_LIFETIME_S, signStatusList } from '../trust/status-list.ts';
import type { PassIndex, PassStore } from './pass-store.ts';

const DROP_EVERY_S = 60;

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
  readonly store: StoreWatch<PassStore>;
  readonly signer: () => Signer;
  readonly nowS: () => number;
}

interface Signed {
  readonly token: string;
  readonly version: number;
  readonly kid: string;
  readonly renewAtS: number;
}

/** Issues passes, withdraws them, and publishes which are withdrawn. Throws StoreError where the store is away. */
export class Passes {
  readonly #parts: Parts;
  readonly #signed = new Map<string, Signed>();
  #droppedAtS = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new pass, or null where it would have ended before it began. */
  async issue({ notAfterS, ...ground }: PassGround): Promise<IssuedPass | null> {
    const { entityId, signer, nowS } = this.#parts;
    const iat = nowS();
    const expS = Math.min(notAfterS, iat + MAX_PASS_LIFETIME_S);
    if (expS <= iat) return null;
    const index = await this.#take(expS, iat);
    const status = { status_list: { idx: index.idx, uri: this.uriOf(index.list) } };
    return { pass: await signPass({ iss: entityId, iat, exp: expS, ...ground, status }, signer()), expS, index };
  }

  /** Withdraws a pass from now on; false where there is none such. */
  revoke(index: PassIndex): Promise<boolean> {
    return this.#parts.store.use((store) => store.withdraw(index));
  }

  uriOf(list: string): string {
    return `${this.#parts.entityId}/v1/statuslists/${list}`;
  }

  /** A signed status list, or null where there is none such. Signed anew when it or the key changes. */
  async statusList(list: string): Promise<string | null> {
    const state = await this.#parts.store.use((store) => store.stateOf(list));
    if (state === null) {
      this.#signed.delete(list);
      return null;
    }
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

  /**
   * Every list by its URI: what a bundle takes along. None where the store is away: whoever holds the bundle then says
   * that revocation is unchecked.
   */
  async statusLists(): Promise<Record<string, string>> {
    const lists: Record<string, string> = {};
    try {
      for (const id of await this.#parts.store.use((store) => store.lists())) {
        const token = await this.statusList(id);
        if (token !== null) lists[this.uriOf(id)] = token;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return lists;
  }

  async #take(expS: number, nowS: number): Promise<PassIndex> {
    return await this.#parts.store.use(async (store) => {
      if (nowS >= this.#droppedAtS + DROP_EVERY_S) {
        this.#droppedAtS = nowS;
        await store.dropEnded(nowS);
      }
      return await store.take(expS);
    });
  }
}
