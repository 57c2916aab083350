import type { RegistryEventBody } from '../../schemas/registry-event.ts';
import { signEntityStatement } from '../trust/entity-statement.ts';
import { actors, enrolledWorld, makeActor, NAME, NOW_S, type World } from './registry.fixture.ts';

const { anchor, henan } = actors;
export const GATEWAY = 'https://gateway.henan.example';
export type Admission = RegistryEventBody<'subordinate_admitted'>;

export const federationKey = await makeActor('federation-key');
export const nextKey = await makeActor('next-key');

export function admission(entity_id: string, more: Partial<Admission> = {}): Admission {
  return { entity_id, kind: 'gateway', name: NAME, jwks: { keys: [federationKey.publicJwk] }, ...more };
}

export const provinceOf = (entity_id: string, province: '410000' | '310000') =>
  admission(entity_id, { kind: 'province', province });

/** A configuration that lists `keys`, signed with the first of `signedWith`. */
export async function configuration(
  signer = federationKey,
  keys = [federationKey, nextKey],
  entityId = GATEWAY,
  iat = NOW_S,
) {
  return await signEntityStatement(
    {
      iss: entityId,
      sub: entityId,
      iat,
      exp: iat + 3600,
      jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
      metadata: { federation_entity: {} },
      authority_hints: [henan.entityId],
    },
    signer.signer,
  );
}

/** Henan admitted by the anchor, and its gateway by Henan. */
export async function admittedWorld(): Promise<World> {
  const world = await enrolledWorld();
  await world.do(anchor, 'subordinate_admitted', provinceOf(henan.entityId, '410000'));
  await world.do(henan, 'subordinate_admitted', admission(GATEWAY));
  return world;
}
