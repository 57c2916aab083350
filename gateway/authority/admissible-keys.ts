import { type PublishedKey, type RegistryJwk, registryJwkSchema } from '../../schemas/registry-event.ts';
import { MAX_PUBLISHED_KEYS } from '../trust/key-lifecycle.ts';
import type { PublicJwk } from '../trust/public-key.ts';

/** Most keys of one entity in one event. */
export const MOST_ADMITTED_KEYS = 8;

/** Public keys as an event carries them: the key itself, and nothing about its life, which the log tells. */
export function admissibleKeys(keys: readonly PublicJwk[]): RegistryJwk[] {
  return keys.map((jwk) => {
    const { kty, crv, x, kid } = jwk;
    const y = 'y' in jwk ? { y: jwk.y } : {};
    return registryJwkSchema.parse({
      kty,
      crv,
      x,
      ...y,
      kid,
      use: 'sig',
      ...(jwk.alg === undefined ? {} : { alg: jwk.alg }),
    });
  });
}

/** Keys that their owner has not revoked: nobody vouches for one that its own entity gave up. */
export function unrevoked(keys: readonly PublicJwk[]): PublicJwk[] {
  return keys.filter(({ revoked }) => revoked === undefined);
}

/**
 * What an entity signs other things with, as an event lists it: each key with the end that its owner gave it, epoch
 * seconds. Those that are over are left out; more than an event holds is cut from the old end.
 */
export function listedKeys(keys: readonly PublicJwk[], nowS: number): PublishedKey[] {
  const standing = unrevoked(keys).filter(({ exp }) => exp === undefined || exp > nowS);
  return standing
    .slice(-MAX_PUBLISHED_KEYS)
    .flatMap((key) =>
      admissibleKeys([key]).map((jwk) => ({ jwk, ...(key.exp === undefined ? {} : { ends_s: key.exp }) })),
    );
}
