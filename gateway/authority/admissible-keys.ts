import { type RegistryJwk, registryJwkSchema } from '../../schemas/registry-event.ts';
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
