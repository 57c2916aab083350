import { openDoor, type RegistryDoor } from './registry-door.ts';
import { type SubmissionParts, submitEvent } from './submit-event.ts';

/** The registry's door for who runs in its own process: the same checks, without the way over the network. */
export function openLocalDoor(submission: SubmissionParts, nowS: () => number): RegistryDoor {
  return openDoor({
    registry: submission.registry,
    nowS,
    enter: async ({ event, scenarios }) => {
      await submitEvent(submission, { event, scenarios: scenarios ?? null });
    },
  });
}
