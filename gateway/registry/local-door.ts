import type { RegistryDoor } from './registry-door.ts';
import { signEvent } from './sign-event.ts';
import { type SubmissionParts, submitEvent } from './submit-event.ts';

/** The registry's door for who runs in its own process: the same checks, without the way over the network. */
export function openLocalDoor(submission: SubmissionParts, nowS: () => number): RegistryDoor {
  const { registry } = submission;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    folded: () => registry.folded(),
    submit: ({ entityId, signer }, { kind, body, scenarios }) => {
      const next = turn.then(async () => {
        const { seq, prev } = registry.folded().entities.get(entityId) ?? { seq: 0, prev: null };
        const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, nowS());
        await submitEvent(submission, { event: jws, scenarios: scenarios ?? null });
      });
      turn = next.catch(() => {});
      return next;
    },
  };
}
