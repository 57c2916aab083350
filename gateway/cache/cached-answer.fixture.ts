import type { CacheEntry } from './cached-answer.ts';
import { BEGINNING } from './invalidation.ts';

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
export const HANDLE = 'HANDLE-000000-OF-NOBODY';
export const TOKEN = 'TOKEN-000000-OF-NOBODY';

/** A green of nobody, usable for a while after `nowMs`. */
export function entryAt(nowMs: number, more: Partial<CacheEntry> = {}): CacheEntry {
  return {
    answer: {
      kind: 'claims',
      claims: {
        status: 'green',
        status_as_of: '2022-06-13T08:00:00+08:00',
        ground: [],
        provenance: null,
        handle: HANDLE,
        flags: [],
      },
      localGroundOnly: false,
      reasons: [],
      assurance: 'transport',
      way: 'direct',
      statement: null,
    },
    province: '410000',
    tag: null,
    seen: BEGINNING,
    freshUntilMs: nowMs + 60_000,
    usableUntilMs: nowMs + 120_000,
    ...more,
  };
}
