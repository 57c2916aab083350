import type { Logger } from 'pino';
import type { Metrics } from '../coverage/metrics.ts';

/**
 * What is had from others again and again while the last of it stays in use: what an adapter holds (a token, a secret, lists),
 * an entity's chain, the lists and rules of certificates that are handed on.
 */
export type Refreshed = 'adapter' | 'chain' | 'credential_documents';

/** Takes that something was had anew (null), or why it was not: a closed code. `of`: a province or an entity. */
export type OnRefresh = (what: Refreshed, of: string, fault: string | null) => void;

/**
 * Tells of everything in use that could not be had anew: it goes on being used, so that nobody would see it before its time is
 * over and everybody did. Every failure is counted, and shown until what failed is had anew; the log has a line where one begins,
 * where its reason changes and where it ends.
 */
export function watchRefreshes(
  { refreshFailures, refreshFailing }: Pick<Metrics, 'refreshFailures' | 'refreshFailing'>,
  log: Logger,
): OnRefresh {
  const failing = new Map<string, string>();
  return (what, of, fault) => {
    const name = `${what} ${of}`;
    const before = failing.get(name) ?? null;
    if (fault !== null) refreshFailures.inc({ what, of });
    if (fault === before) return;
    refreshFailing.set({ what, of }, fault === null ? 0 : 1);
    if (fault === null) {
      failing.delete(name);
      log.info({ what, of }, 'what is in use was refreshed again');
    } else {
      failing.set(name, fault);
      log.warn({ what, of, code: fault }, 'what is in use could not be refreshed');
    }
  };
}
