import { LRUCache } from 'lru-cache';
import { StoreError } from '../stores/store-error.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import type { JwkSet } from '../trust/public-key.ts';
import { MAX_PASS_LIFETIME_S, type PassClaims, signPass, verifyOwnPass } from '../trust/recognition-pass.ts';
import type { Signer } from '../trust/signer.ts';
import {
  CARRIED_LIST_LIFETIME_S,
  STATUS_LIST_LIFETIME_S,
  STATUS_LIST_TTL_S,
  signStatusList,
} from '../trust/status-list.ts';
import type { ListState, PassBasis, PassIndex, PassStore } from './pass-store.ts';

const DROP_EVERY_S = 60;
/** Signed lists that are kept; of more than that the rest is signed at each asking, and those that ended are let go. */
const MOST_SIGNED = 1_000;

/**
 * What a pass is made from; `notAfterS` is when mandate or freshness ends, whichever is first. `handle`: by which its
 * province will name the record if its status changes; no pass shows it.
 */
export type PassGround = Pick<PassClaims, 'issuer_province' | 'destination' | 'status_as_of' | 'mandate'> & {
  readonly notAfterS: number;
  readonly handle: string;
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
  /** The public halves of what `signer` signs with, those of before included. */
  readonly jwks: () => JwkSet;
  /** Whether mandate and province that passes stand on do so still. */
  readonly stands: (basis: PassBasis) => boolean;
  readonly nowS: () => number;
}

interface Signed {
  readonly token: string;
  /** What it says, in short: the same text is the same list. */
  readonly saying: string;
  readonly kid: string;
  readonly renewAtS: number;
}

/** Issues passes, withdraws them, and publishes which are withdrawn. Throws StoreError where the store is away. */
export class Passes {
  readonly #parts: Parts;
  /** By list: as it is published, and as a bundle takes it along. */
  readonly #published = new LRUCache<string, Signed>({ max: MOST_SIGNED });
  readonly #carried = new LRUCache<string, Signed>({ max: MOST_SIGNED });
  #droppedAtS = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new pass, or null where it would have ended before it began. */
  async issue({ notAfterS, handle, ...ground }: PassGround): Promise<IssuedPass | null> {
    const { entityId, signer, nowS } = this.#parts;
    const iat = nowS();
    const expS = Math.min(notAfterS, iat + MAX_PASS_LIFETIME_S);
    if (expS <= iat) return null;
    const basis = { province: ground.issuer_province, mandate: ground.mandate };
    const index = await this.#take(expS, iat, basis, handle);
    const status = { status_list: { idx: index.idx, uri: this.uriOf(index.list) } };
    return { pass: await signPass({ iss: entityId, iat, exp: expS, ...ground, status }, signer()), expS, index };
  }

  /** Withdraws a pass from now on; false where there is none such. */
  revoke(index: PassIndex): Promise<boolean> {
    return this.#parts.store.use((store) => store.withdraw(index));
  }

  /**
   * Withdraws the pass with this text; false where it is none that was given out here, or its list has ended. Throws
   * TrustError for a text that this gateway did not sign: an index alone could be anybody's.
   */
  async revokeToken(token: string): Promise<boolean> {
    const { entityId: issuer, jwks, nowS } = this.#parts;
    const claims = await verifyOwnPass(token, { issuer, jwks: jwks(), atS: nowS() });
    const { idx, uri } = claims.status.status_list;
    return await this.revoke({ list: uri.slice(uri.lastIndexOf('/') + 1), idx });
  }

  uriOf(list: string): string {
    return `${this.#parts.entityId}/v1/statuslists/${list}`;
  }

  /**
   * A signed status list, or null where there is none such: what was withdrawn, and whatever stands on a mandate or a
   * province that does not stand any more. Signed anew when it or the key changes, and once it is as old as a list may be
   * kept: its time is the time of its word.
   */
  statusList(list: string): Promise<string | null> {
    return this.#listFor(list, STATUS_LIST_LIFETIME_S, this.#published);
  }

  async #listFor(list: string, lifetimeS: number, kept: LRUCache<string, Signed>): Promise<string | null> {
    const state = await this.#parts.store.use((store) => store.stateOf(list));
    if (state === null) {
      kept.delete(list);
      return null;
    }
    const signer = this.#parts.signer();
    const nowS = this.#parts.nowS();
    const held = kept.get(list);
    const fallen = state.bases.filter((basis) => !this.#parts.stands(basis));
    const saying = JSON.stringify([state.version, fallen]);
    const isCurrent = held?.saying === saying && held.kid === signer.kid && nowS < held.renewAtS;
    if (held !== undefined && isCurrent) return held.token;
    const { entityId: issuer } = this.#parts;
    const withdrawn = await this.#withdrawn(list, state, fallen);
    const token = await signStatusList({ issuer, uri: this.uriOf(list), withdrawn, nowS, lifetimeS }, signer);
    kept.set(list, { token, saying, kid: signer.kid, renewAtS: nowS + STATUS_LIST_TTL_S });
    return token;
  }

  async #withdrawn(list: string, state: ListState, fallen: readonly PassBasis[]): Promise<number[]> {
    const indexes = [...state.withdrawn];
    for (const basis of fallen) {
      indexes.push(...(await this.#parts.store.use((store) => store.indexesOn(list, basis))));
    }
    return indexes;
  }

  /**
   * Every list by its URI: what a bundle takes along, good for as long as the bundle. None where the store is away: with such
   * a bundle no pass verifies.
   */
  async statusLists(): Promise<Record<string, string>> {
    const lists: Record<string, string> = {};
    try {
      for (const id of await this.#parts.store.use((store) => store.lists())) {
        const token = await this.#listFor(id, CARRIED_LIST_LIFETIME_S, this.#carried);
        if (token !== null) lists[this.uriOf(id)] = token;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return lists;
  }

  async #take(expS: number, nowS: number, basis: PassBasis, handle: string): Promise<PassIndex> {
    return await this.#parts.store.use(async (store) => {
      if (nowS >= this.#droppedAtS + DROP_EVERY_S) {
        this.#droppedAtS = nowS;
        await store.dropEnded(nowS);
      }
      return await store.take(expS, basis, handle);
    });
  }
}
