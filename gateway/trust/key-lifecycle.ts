import { type PublicJwk, publicJwkSchema } from './public-key.ts';

/** announced -> active -> retired; revoked from any of them. A retired key still verifies until its window ends. */
export type KeyState = 'announced' | 'active' | 'retired' | 'revoked';

/** One key's life, epoch seconds; null where it has not come to that. The log's fold keeps its records in this form. */
export interface KeyLife {
  readonly jwk: PublicJwk;
  readonly state: KeyState;
  readonly announced_s: number;
  readonly retired_s: number | null;
  readonly revoked_s: number | null;
  readonly expires_s: number | null;
  readonly reason?: string;
}

/** A key's life from a record that holds its public half in another form: the log's, a sandbox's. Throws where it is none. */
export function keyLifeOf(record: Omit<KeyLife, 'jwk' | 'reason'> & { readonly jwk: object }): KeyLife {
  const { state, announced_s, retired_s, revoked_s, expires_s } = record;
  return { jwk: publicJwkSchema.parse(record.jwk), state, announced_s, retired_s, revoked_s, expires_s };
}

/**
 * How long a retired key goes on verifying: longer than anything that it signed lives (entity statements, passes and
 * status lists 24 hours; attestations and status statements five minutes).
 */
export const KEY_OVERLAP_S = 90_000;
const DAY_S = 86_400;

/**
 * When keys change by themselves: a successor is announced `leadS` before a key's `lifetimeS` is over. Null: they do not,
 * and somebody has to say so.
 */
export interface KeySchedule {
  readonly lifetimeS: number | null;
  readonly leadS: number;
  readonly overlapS: number;
}
export const KEY_SCHEDULE = {
  lifetimeS: 90 * DAY_S,
  leadS: 7 * DAY_S,
  overlapS: KEY_OVERLAP_S,
} as const satisfies KeySchedule;
export const UNSCHEDULED: KeySchedule = { ...KEY_SCHEDULE, lifetimeS: null };

/** When a key's signatures stop counting, or null where nothing has been said about that. */
export function windowEndS(key: Pick<KeyLife, 'retired_s' | 'expires_s'>, overlapS = KEY_OVERLAP_S): number | null {
  const stops = key.retired_s ?? key.expires_s;
  return stops === null ? null : stops + overlapS;
}

/** The keys that anybody may verify with: announced, active, and retired inside their window. Never a revoked one. */
export function usableKeys(keys: readonly KeyLife[], nowS: number, overlapS = KEY_OVERLAP_S): PublicJwk[] {
  return keys
    .filter(({ state }) => state !== 'revoked')
    .filter((key) => (windowEndS(key, overlapS) ?? Number.POSITIVE_INFINITY) > nowS)
    .map((key) => described(key, overlapS));
}

/**
 * The usable keys and the revoked ones with their time, for metadata types of our own, whose readers know `revoked`.
 * A stranger's reader of a plain JWK Set would overlook it, so such a set gets `usableKeys` only. Of more revoked ones than
 * a set has room for, the latest.
 */
export function usableAndRevokedKeys(keys: readonly KeyLife[], nowS: number, overlapS = KEY_OVERLAP_S): PublicJwk[] {
  const usable = usableKeys(keys, nowS, overlapS);
  const revoked = keys.filter(({ state }) => state === 'revoked').map((key) => described(key, overlapS));
  const room = Math.max(0, MAX_PUBLISHED_KEYS - usable.length);
  return [...usable, ...revoked.slice(Math.max(0, revoked.length - room))];
}

/** Most keys in one published set (public-key.ts). */
export const MAX_PUBLISHED_KEYS = 16;

/** Keys that are retired or revoked, as a historical key set lists them (OpenID Federation 1.0 section 8.7.2). */
export function pastKeys(keys: readonly KeyLife[], overlapS = KEY_OVERLAP_S): PublicJwk[] {
  return keys.filter(({ state }) => state === 'retired' || state === 'revoked').map((key) => described(key, overlapS));
}

/** Published keys, each with the end that the log put to it, where it did. */
export function keysEndedByLog(keys: readonly PublicJwk[], logged: readonly KeyLife[]): PublicJwk[] {
  const ended = new Map(
    logged.filter(({ state }) => state === 'retired' || state === 'revoked').map((l) => [l.jwk.kid, l]),
  );
  return keys.map((jwk) => {
    const life = ended.get(jwk.kid);
    return life === undefined ? jwk : described({ ...life, jwk }, KEY_OVERLAP_S);
  });
}

function described(key: KeyLife, overlapS: number): PublicJwk {
  const exp = windowEndS(key, overlapS);
  const { revoked_s, reason } = key;
  return {
    ...key.jwk,
    iat: key.announced_s,
    ...(exp === null ? {} : { exp }),
    ...(revoked_s === null ? {} : { revoked: { revoked_at: revoked_s, ...(reason === undefined ? {} : { reason }) } }),
  };
}
