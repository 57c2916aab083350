import type { Row } from './fold-row.fixture.ts';
import { digestOf } from './manifest-text.ts';
import {
  actors,
  HENAN,
  HENAN_1_NAMED,
  HENAN_2,
  NAME,
  NOW_S,
  SM2_KEY,
  VERIFIER_KEY,
  withNewKey,
} from './registry.fixture.ts';

const { anchor, first, second, henan, stranger } = actors;
const SUBMIT_1 = { manifest: HENAN.manifest, scenarios_digest: digestOf(HENAN.scenarios) };
const SUBMIT_2 = { manifest: HENAN_2.manifest, scenarios_digest: digestOf(HENAN_2.scenarios) };

const created = {
  name: NAME,
  jwks: { keys: [anchor.publicJwk] },
  log: { origin: 'registry.example/log', keys: [VERIFIER_KEY] },
};

export const ENVELOPE: Row[] = [
  [
    'bytes that are no token',
    'event_malformed',
    'enrolled',
    async (w) => (await w.take('not a token'))?.rejected ?? null,
  ],
  [
    'an event with an undocumented member',
    'event_malformed',
    'enrolled',
    (w) => w.try(first, 'adapter_approved', { ...HENAN_1_NAMED, version: 'latest' }),
  ],
  [
    'an event signed with somebody else’s key under the right kid',
    'signature_invalid',
    'enrolled',
    (w) => {
      const signer = { ...stranger.signer, kid: first.signer.kid };
      return w.try({ ...first, signer }, 'adapter_suspended', { province: '410000', reason: 'other' });
    },
  ],
  ['a stranger', 'signer_unknown', 'enrolled', (w) => w.try(stranger, 'adapter_submitted', SUBMIT_1)],
  [
    'a removed operator',
    'signer_removed',
    'checked',
    async (w) => {
      await w.do(anchor, 'entity_removed', { entity_id: first.entityId });
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'a key that was never registered',
    'key_unknown',
    'checked',
    async (w) => w.try(await withNewKey(first), 'adapter_approved', HENAN_1_NAMED),
  ],
  [
    'a key that is only announced',
    'key_not_active',
    'checked',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
      return w.try(next, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'a revoked key',
    'key_not_active',
    'checked',
    async (w) => {
      await w.do(anchor, 'key_revoked', { entity_id: first.entityId, use: 'registry', kid: first.signer.kid });
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'a retired key',
    'key_not_active',
    'checked',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
      await w.do(first, 'key_activated', { use: 'registry', kid: next.signer.kid });
      await w.do(next, 'key_retired', { use: 'registry', kid: first.signer.kid });
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'an event before the registry exists',
    'registry_missing',
    'empty',
    (w) => w.try(anchor, 'entity_removed', { entity_id: first.entityId }),
  ],
  ['a second creation', 'registry_exists', 'enrolled', (w) => w.try(anchor, 'registry_created', created)],
  [
    'a creation that is not its signer’s first event',
    'sequence_gap',
    'empty',
    (w) => w.try(anchor, 'registry_created', created, { seq: 2 }),
  ],
  [
    'a creation that continues something',
    'chain_forked',
    'empty',
    (w) => w.try(anchor, 'registry_created', created, { prev: digestOf('another history') }),
  ],
  [
    'a creation with a key that not everybody can verify with',
    'key_unsuited',
    'empty',
    (w) => w.try(anchor, 'registry_created', { ...created, jwks: { keys: [anchor.publicJwk, SM2_KEY] } }),
  ],
  [
    'a registry created by somebody else',
    'anchor_untrusted',
    'empty',
    (w) => w.try(stranger, 'registry_created', { ...created, jwks: { keys: [stranger.publicJwk] } }),
  ],
  [
    'a registry created in the anchor’s name with another key',
    'anchor_untrusted',
    'empty',
    (w) => {
      const keys = [stranger.publicJwk];
      return w.try({ ...stranger, entityId: anchor.entityId }, 'registry_created', { ...created, jwks: { keys } });
    },
  ],
  [
    'an event dated back before the log’s time',
    'time_implausible',
    'checked',
    (w) => w.try(first, 'adapter_approved', HENAN_1_NAMED, { iat: NOW_S - 301 }),
  ],
  [
    'a replayed event',
    'sequence_replayed',
    'checked',
    async (w) => {
      const jws = await w.sign(first, 'adapter_approved', HENAN_1_NAMED);
      await w.take(jws);
      return (await w.take(jws))?.rejected ?? null;
    },
  ],
  [
    'an event out of order',
    'sequence_gap',
    'checked',
    (w) => w.try(first, 'adapter_approved', HENAN_1_NAMED, { seq: 2 }),
  ],
  [
    'a fork of the signer’s own chain',
    'chain_forked',
    'checked',
    (w) => w.try(henan, 'adapter_submitted', SUBMIT_2, { prev: digestOf('another history') }),
  ],
  [
    'a key that has reached its announced end',
    'key_expired',
    'checked',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk, expires_s: NOW_S });
      await w.do(first, 'key_activated', { use: 'registry', kid: next.signer.kid });
      return w.try(next, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'an event signed with a key of another use',
    'key_unknown',
    'checked',
    async (w) => {
      const next = await withNewKey(first);
      await w.do(first, 'key_announced', { use: 'federation', jwk: next.publicJwk });
      await w.do(first, 'key_activated', { use: 'federation', kid: next.signer.kid });
      return w.try(next, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'an event that the log’s time has passed, by way of one that is dated back a little',
    'time_implausible',
    'checked',
    async (w) => {
      await w.try(first, 'adapter_approved', HENAN_1_NAMED, { iat: NOW_S - 300 });
      return w.try(second, 'adapter_approved', HENAN_1_NAMED, { iat: NOW_S - 301 });
    },
  ],
  [
    'an event that the anchor signed long ago',
    'time_implausible',
    'checked',
    (w) => w.try(anchor, 'entity_removed', { entity_id: first.entityId }, { iat: NOW_S - 3601 }),
  ],
];
