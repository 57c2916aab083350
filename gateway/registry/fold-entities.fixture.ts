import type { Row } from './fold-row.fixture.ts';
import { actors, NAME, OFF_CURVE_KEY, SM2_KEY, withNewKey } from './registry.fixture.ts';

const { anchor, first, second, third, henan, stranger } = actors;
type Jwk = typeof first.publicJwk;

const enrolment = (role: 'operator' | 'registrar' | 'province' | 'agency', actor = stranger) => ({
  entity_id: actor.entityId,
  role,
  name: NAME,
  jwks: { keys: [actor.publicJwk] },
});
const withKeys = (...keys: Jwk[]) => ({ ...enrolment('operator'), jwks: { keys } });

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The same octets, with one of the bits set that no octet has. */
const respelt = (octets: string) => octets.slice(0, -1) + LETTERS.charAt(LETTERS.indexOf(octets.slice(-1)) + 1);

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
    'an operator that comes back as a gateway',
    'entity_role_fixed',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: first.entityId });
      return w.try(anchor, 'entity_enrolled', enrolment('registrar', await withNewKey(first)));
    },
  ],
  [
    'a province that comes back as another one',
    'entity_role_fixed',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: henan.entityId });
      const renewed = await withNewKey(henan);
      return w.try(anchor, 'entity_enrolled', { ...enrolment('province', renewed), province: '120000' });
    },
  ],
  [
    'an operator that belongs to somebody',
    'superior_invalid',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', { ...enrolment('operator'), superior: henan.entityId }),
  ],
  [
    'an agency below an operator',
    'superior_invalid',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', { ...enrolment('agency'), superior: first.entityId }),
  ],
  [
    'an agency below a province that is gone',
    'superior_invalid',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: henan.entityId });
      return w.try(anchor, 'entity_enrolled', { ...enrolment('agency'), superior: henan.entityId });
    },
  ],
  [
    'a second removal',
    'entity_unknown',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: first.entityId });
      return w.try(anchor, 'entity_removed', { entity_id: first.entityId });
    },
  ],
  [
    'a key beside its curve, next to a good one',
    'key_invalid',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', withKeys(stranger.publicJwk, OFF_CURVE_KEY)),
  ],
  [
    'an SM2 key next to a good one',
    'key_unsuited',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', withKeys(stranger.publicJwk, SM2_KEY)),
  ],
  [
    'one key under two names',
    'key_reused',
    'enrolled',
    (w) => w.try(anchor, 'entity_enrolled', withKeys(stranger.publicJwk, { ...stranger.publicJwk, kid: 'again' })),
  ],
  [
    'two keys under one name',
    'key_reused',
    'enrolled',
    (w) => {
      const { kid } = stranger.publicJwk;
      return w.try(anchor, 'entity_enrolled', withKeys(stranger.publicJwk, { ...third.publicJwk, kid }));
    },
  ],
  [
    'another key under a name that its entity has given',
    'key_reused',
    'enrolled',
    (w) => {
      const { kid } = first.publicJwk;
      return w.try(first, 'key_announced', { use: 'registry', jwk: { ...stranger.publicJwk, kid } });
    },
  ],
  [
    'a key that is only announced retired',
    'key_state_wrong',
    'enrolled',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
      return w.try(first, 'key_retired', { use: 'registry', kid: next.signer.kid });
    },
  ],
  [
    'the last registry key retired beside an announced one',
    'key_last',
    'enrolled',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
      return w.try(first, 'key_retired', { use: 'registry', kid: first.signer.kid });
    },
  ],
  [
    'the last registry key retired beside one of another use',
    'key_last',
    'enrolled',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'federation', jwk: next.publicJwk });
      await w.do(first, 'key_activated', { use: 'federation', kid: next.signer.kid });
      return w.try(first, 'key_retired', { use: 'registry', kid: first.signer.kid });
    },
  ],
  [
    'the key of nobody revoked',
    'entity_unknown',
    'enrolled',
    (w) => w.try(anchor, 'key_revoked', { entity_id: stranger.entityId, use: 'registry', kid: 'any' }),
  ],
  [
    'a key revoked twice',
    'key_state_wrong',
    'enrolled',
    async (w) => {
      const revoked = { entity_id: first.entityId, use: 'registry', kid: first.signer.kid } as const;
      await w.do(anchor, 'key_revoked', revoked);
      return w.try(anchor, 'key_revoked', revoked);
    },
  ],
  [
    'a key revoked under another use than its own',
    'key_unknown',
    'enrolled',
    (w) => w.try(anchor, 'key_revoked', { entity_id: first.entityId, use: 'federation', kid: first.signer.kid }),
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
    'one operator that takes over another one’s key in another spelling',
    'event_malformed',
    'enrolled',
    (w) => {
      const jwk = { ...first.publicJwk, x: respelt(first.publicJwk.x), kid: 'mine' };
      return w.try(second, 'key_announced', { use: 'registry', jwk });
    },
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
