import type { KeyRing } from './key-ring.ts';

/** How often key files are looked at: a change is in use within half a second, a schedule within the same. */
const LOOK_EVERY_MS = 500;

export interface WatchedRings {
  readonly rings: readonly KeyRing[];
  readonly nowS: () => number;
  readonly onChange: (ring: KeyRing) => void;
  /** A key file that became unusable, told once: the ring goes on as it was. */
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

/**
 * Follows key files and their rotation schedule until it is stopped. It looks at each file's state twice a second: one
 * stat a ring, and the same on every file system, where change notices are lost on network mounts.
 */
export function watchKeyRings({ rings, nowS, onChange, onError, everyMs = LOOK_EVERY_MS }: WatchedRings): () => void {
  let looking = false;
  const failing = new Set<KeyRing>();
  const look = async () => {
    if (looking) return;
    looking = true;
    for (const ring of rings) {
      try {
        if (await ring.refresh(nowS())) onChange(ring);
        failing.delete(ring);
      } catch (error) {
        if (!failing.has(ring)) onError(error);
        failing.add(ring);
      }
    }
    looking = false;
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
