import type { Logger } from 'pino';
import type { KeyStore } from '../keys/key-store.ts';

const LOOK_EVERY_MS = 2_000;

/** Whether this node's keys can be used; in files they always can. */
export interface TokenWatch {
  readonly isAway: () => boolean;
  readonly stop: () => void;
}

/**
 * Looks every two seconds whether the token that keeps the keys is there: one that was pulled out is told before somebody
 * needs a signature, and venues are sent elsewhere meanwhile.
 */
export function watchToken(keys: Pick<KeyStore, 'probe'>, log: Logger, everyMs = LOOK_EVERY_MS): TokenWatch {
  let isAway = false;
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    const fault = await keys.probe().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
    );
    isLooking = false;
    if ((fault !== null) === isAway) return;
    isAway = fault !== null;
    if (fault === null) log.info('the token is used again');
    else log.error({ code: 'token_unavailable', reason: fault }, 'the token cannot be used');
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return { isAway: () => isAway, stop: () => clearInterval(timer) };
}
