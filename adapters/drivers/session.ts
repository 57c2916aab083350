import { UpstreamError, type UpstreamErrorCode } from '../upstream-error.ts';

/** How long after a renewal that failed the next one is tried, while the lease still works: a system that fails is not asked more. */
const AGAIN_AFTER_MS = 1_000;

/** Something a system lends us for a while: a secret or a token. Between the two times it still works. */
export interface Lease<T> {
  readonly value: T;
  readonly refreshAtMs: number;
  readonly endsAtMs: number;
}

export interface Session<T> {
  /** What to use now; asks the system only when nothing usable is held. Throws what `obtain` throws. */
  readonly current: () => Promise<T>;
  /** After the system refused `refused`: something newer, got once for all callers that were refused the same. */
  readonly renew: (refused: T) => Promise<T>;
}

/** Why what is held could not be replaced; `internal`: for a reason that nobody foresaw. */
export type RefreshFault = UpstreamErrorCode | 'internal';

interface SessionParts {
  readonly nowMs: () => number;
  /**
   * Hears of every replacement of what is held, and why one failed. An early one that fails delays nobody, so nobody else
   * would hear of it before the end.
   */
  readonly onRefresh?: (fault: RefreshFault | null) => void;
}

/**
 * Keeps one lease. `obtain` gets the last value, for systems that renew with it; however many callers wait, it runs
 * once at a time. A lease that is due but still works is used on while its successor is fetched, so neither a slow nor
 * a failing renewal delays anybody before the end; one that failed is tried again a second later.
 */
export function openSession<T>(
  obtain: (last: T | null) => Promise<Lease<T>>,
  { nowMs, onRefresh }: SessionParts,
): Session<T> {
  let lease: Lease<T> | null = null;
  let underWay: Promise<T> | null = null;
  let againAtMs = Number.NEGATIVE_INFINITY;

  async function replace(last: T | null): Promise<T> {
    try {
      lease = await obtain(last);
      onRefresh?.(null);
      return lease.value;
    } catch (error) {
      againAtMs = nowMs() + AGAIN_AFTER_MS;
      // Whoever waits for the first one hears why there is none.
      if (last !== null) onRefresh?.(error instanceof UpstreamError ? error.code : 'internal');
      throw error;
    } finally {
      underWay = null;
    }
  }

  function refresh(): Promise<T> {
    underWay ??= replace(lease?.value ?? null);
    return underWay;
  }

  return {
    current: async () => {
      if (lease === null || nowMs() >= lease.endsAtMs) return await refresh();
      // The failure of an early renewal is nobody's failure yet: it was told, and a later caller tries again.
      if (nowMs() >= Math.max(lease.refreshAtMs, againAtMs)) refresh().catch(() => undefined);
      return lease.value;
    },
    renew: async (refused) => {
      if (lease !== null && lease.value !== refused) return lease.value;
      return await refresh();
    },
  };
}
