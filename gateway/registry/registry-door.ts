import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { problemSchema } from '../../schemas/problem.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { RejectionCode } from '../../schemas/registry-rejections.ts';
import { receiptSchema } from '../../schemas/registry-views.ts';
import type { Actor } from '../keys/actor.ts';
import { signEvent } from '../trust/registry-event.ts';
import type { FoldState } from './fold-state.ts';
import { isOutpaced, isRejectionCode, RegistryError } from './registry-error.ts';

export interface EventToSubmit<K extends RegistryEventKind> {
  readonly kind: K;
  readonly body: RegistryEventBody<K>;
  /** With `adapter_submitted` alone: the exact text that its digest stands for. */
  readonly scenarios?: string;
}

/** Where signed events go in. `submit` answers once the event is in force in `folded`. Throws RegistryError. */
export interface RegistryDoor {
  readonly folded: () => FoldState;
  readonly submit: <K extends RegistryEventKind>(actor: Actor, event: EventToSubmit<K>) => Promise<void>;
}

/** POSTs one JSON document to the registry. Rejects where it cannot be reached. */
export type PostJson = (path: string, body: object) => Promise<{ readonly status: number; readonly text: string }>;

interface DoorParts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  readonly nowS: () => number;
}

/** What stands behind a door: takes one signed event, and throws RegistryError with the code of a refusal. */
export interface Entering extends DoorParts {
  readonly enter: (submission: { readonly event: string; readonly scenarios?: string }) => Promise<void>;
}

const IN_FORCE_WITHIN_MS = 10_000;
const MOST_TRIES = 4;

/**
 * One event at a time, since each continues its signer's last one; where somebody else signed for the same entity
 * meanwhile, it is signed again on what the log then says.
 */
export function openDoor({ registry, nowS, enter }: Entering): RegistryDoor {
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
      const sizeBefore = registry.folded().size;
      try {
        return await signAndEnter(actor, event);
      } catch (error) {
        const isAgain = error instanceof RegistryError && isOutpaced(error.code) && tries < MOST_TRIES;
        if (!isAgain) throw error;
      }
      await whenLargerThan(registry, sizeBefore);
    }
  }

  async function signAndEnter<K extends RegistryEventKind>(
    { entityId, signer }: Actor,
    { kind, body, scenarios }: EventToSubmit<K>,
  ): Promise<void> {
    const { seq, prev } = registry.folded().entities.get(entityId) ?? { seq: 0, prev: null };
    const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, nowS());
    await enter(scenarios === undefined ? { event: jws } : { event: jws, scenarios });
  }
}

/** The registry's public door: `POST /v1/registry/events`. An event is in once it has come back from the registry. */
export function openHttpDoor({ registry, post, nowS }: DoorParts & { readonly post: PostJson }): RegistryDoor {
  return openDoor({
    registry,
    nowS,
    enter: async (submission) => {
      const reply = await post('/v1/registry/events', submission).catch((cause: unknown) => {
        throw new RegistryError('registry_unavailable', 'the registry cannot be reached', { cause });
      });
      if (reply.status !== 201) throw refusalIn(reply);
      const index = receiptSchema.safeParse(jsonOrUndefined(reply.text)).data?.index;
      if (index === undefined) throw new RegistryError('registry_unavailable', 'the registry gave no receipt');
      await whenLargerThan(registry, index);
    },
  });
}

function whenLargerThan(registry: DoorParts['registry'], index: number): Promise<void> {
  if (registry.folded().size > index) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = new RegistryError('registry_unavailable', 'what the registry took has not come back from it');
  const timer = setTimeout(() => reject(late), IN_FORCE_WITHIN_MS);
  const stop = registry.onChange(() => {
    if (registry.folded().size > index) resolve();
  });
  return promise.finally(() => {
    clearTimeout(timer);
    stop();
  });
}

function refusalIn({ status, text }: Awaited<ReturnType<PostJson>>): RegistryError {
  const detail = problemSchema.safeParse(jsonOrUndefined(text)).data?.detail;
  const refusal = `the registry refused the event: ${detail ?? `status ${status}`}`;
  return new RegistryError(rejectionIn(detail) ?? 'registry_unavailable', refusal);
}

/** Why an event was refused: the closed code with which the registry's detail begins. */
function rejectionIn(detail: string | undefined): RejectionCode | null {
  const code = detail?.split(':', 1)[0] ?? '';
  return isRejectionCode(code) ? code : null;
}
