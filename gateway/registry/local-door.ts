import type { RegistryEventKind } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { type EventToSubmit, MOST_TRIES, type RegistryDoor } from './registry-door.ts';
import { isOutpaced, RegistryError } from './registry-error.ts';
import { signEvent } from './sign-event.ts';
import { type SubmissionParts, submitEvent } from './submit-event.ts';

/** The registry's door for who runs in its own process: the same checks, without the way over the network. */
export function openLocalDoor(submission: SubmissionParts, nowS: () => number): RegistryDoor {
  const { registry } = submission;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    folded: () => registry.folded(),
    submit: (actor, event) => {
      const next = turn.then(() => submit(actor, event));
      turn = next.catch(() => {});
      return next;
    },
  };

  async function submit<K extends RegistryEventKind>(actor: Actor, event: EventToSubmit<K>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await signAndSubmit(actor, event);
      } catch (error) {
        // Somebody signed for the same entity over the network meanwhile.
        const isAgain = error instanceof RegistryError && isOutpaced(error.code) && tries < MOST_TRIES;
        if (!isAgain) throw error;
      }
    }
  }

  async function signAndSubmit<K extends RegistryEventKind>(
    { entityId, signer }: Actor,
    { kind, body, scenarios }: EventToSubmit<K>,
  ): Promise<void> {
    const { seq, prev } = registry.folded().entities.get(entityId) ?? { seq: 0, prev: null };
    const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, nowS());
    await submitEvent(submission, { event: jws, scenarios: scenarios ?? null });
  }
}
