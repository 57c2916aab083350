import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { signEvent } from '../trust/registry-event.ts';
import { applyEntry, type GenesisRule } from './apply-entry.ts';
import { refuseUntimely } from './entry-times.ts';
import { type FoldState, isRejection } from './fold-state.ts';
import { rejectionError } from './registry-error.ts';

/** Events to be appended together: each one is decided on the state that those before it lead to. */
export class Draft {
  readonly #genesis: GenesisRule;
  readonly #nowS: () => number;
  readonly #entries: string[] = [];
  #state: FoldState;

  constructor(state: FoldState, genesis: GenesisRule, nowS: () => number) {
    this.#state = state;
    this.#genesis = genesis;
    this.#nowS = nowS;
  }

  get state(): FoldState {
    return this.#state;
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Adds a signed event. Throws RegistryError with its rejection; the draft is then as before. */
  async add(jws: string): Promise<void> {
    const outcome = await applyEntry(this.#state, jws, this.#genesis);
    if (isRejection(outcome)) throw rejectionError(outcome);
    const untimely = refuseUntimely(outcome, jws, this.#nowS());
    if (untimely !== undefined) throw rejectionError(untimely);
    this.#state = outcome;
    this.#entries.push(jws);
  }

  /** Signs the actor's next event and adds it. */
  async sign<K extends RegistryEventKind>(actor: Actor, kind: K, body: RegistryEventBody<K>): Promise<void> {
    const { entityId, signer } = actor;
    const { seq, prev } = this.#state.entities.get(entityId) ?? { seq: 0, prev: null };
    const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, this.#nowS());
    await this.add(jws);
  }
}
