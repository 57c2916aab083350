import type { Row } from './fold-row.fixture.ts';
import { actors, NAME, withNewKey } from './registry.fixture.ts';

const { anchor, first, second, third, henan, stranger } = actors;

const enrolment = (role: 'operator' | 'province' | 'agency', actor = stranger) => ({
  entity_id: actor.entityId,
  role,
  name: NAME,
  jwks: { keys: [actor.publicJwk] },
});

export const ENTITIES: Row[] = [
  [
    'an operator that enrols an operator',
    'role_not_entitled',
    'enrolled',
    (w) => w.try(first, 'entity_enrolled', enrolment('operator')),
  ],
  [
    'an operator that removes another',
    'role_not_entitled',
    'enrolled',
    (w) => w.try(first, 'entity_removed', { entity_id: second.entityId }),
  ],
  [
    'the removal of nobody',
    'entity_unknown',
    'enrolled',
    (w) => w.try(anchor, 'entity_removed', { entity_id: stranger.entityId }),
  ],
  [
    'a second enrolment',
    'entity_exists',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', enrolment('operator', first)),
  ],
  [
    'an operator that comes back as something else',
    'entity_role_fixed',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: first.entityId });
      const renewed = await withNewKey(first);
      return w.try(anchor, 'entity_enrolled', { ...enrolment('province', renewed), province: '120000' });
    },
  ],
  [
    'two entities for one province',
    'province_taken',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', { ...enrolment('province'), province: '410000' }),
  ],
  [
    'a province entity of no province',
    'province_missing',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', enrolment('province')),
  ],
  [
    'an agency below nobody',
    'superior_invalid',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', enrolment('agency')),
  ],
  [
    'the removal of the anchor',
    'anchor_fixed',
    'enrolled',
    (w) => w.try(anchor, 'entity_removed', { entity_id: anchor.entityId }),
  ],
  [
    'two operators with one key',
    'key_reused',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', { ...enrolment('operator', third), jwks: { keys: [first.publicJwk] } }),
  ],
  [
    'one operator that takes over another one’s key',
    'key_reused',
    'enrolled',
    (w) => w.try(second, 'key_announced', { use: 'registry', jwk: { ...first.publicJwk, kid: 'mine' } }),
  ],
  [
    'an SM2 key for registry events, which nobody here can verify',
    'key_unsuited',
    'enrolled',
    (w) => {
      const { x } = first.publicJwk;
      const jwk = { kty: 'EC', crv: 'SM2', x, y: x, kid: 'sm2' } as const;
      return w.try(first, 'key_announced', { use: 'registry', jwk });
    },
  ],
  [
    'a revoked key brought back to use',
    'key_state_wrong',
    'enrolled',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
      await w.do(first, 'key_revoked', { entity_id: first.entityId, use: 'registry', kid: next.signer.kid });
      return w.try(first, 'key_activated', { use: 'registry', kid: next.signer.kid });
    },
  ],
  [
    'the last registry key retired',
    'key_last',
    'enrolled',
    (w) => w.try(first, 'key_retired', { use: 'registry', kid: first.signer.kid }),
  ],
  [
    'one operator that revokes another one’s key',
    'role_not_entitled',
    'enrolled',
    (w) => w.try(first, 'key_revoked', { entity_id: second.entityId, use: 'registry', kid: second.signer.kid }),
  ],
  [
    'a registry key beside its curve',
    'key_invalid',
    'enrolled',
    (w) => {
      const { kid, x } = stranger.publicJwk;
      return w.try(first, 'key_announced', { use: 'registry', jwk: { kty: 'EC', crv: 'P-256', kid, x, y: x } });
    },
  ],
  [
    'a key under which every signature verifies',
    'key_invalid',
    'enrolled',
    (w) => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'small', x: `AQ${'A'.repeat(41)}` } as const;
      return w.try(first, 'key_announced', { use: 'witness', jwk });
    },
  ],
  [
    'an admitted federation key beside its curve',
    'key_invalid',
    'enrolled',
    (w) => {
      const { kid, x } = stranger.publicJwk;
      const keys = [{ kty: 'EC', crv: 'P-256', kid, x, y: x } as const];
      const admitted = { entity_id: henan.entityId, kind: 'province', province: '410000', name: NAME } as const;
      return w.try(anchor, 'subordinate_admitted', { ...admitted, jwks: { keys } });
    },
  ],
];
