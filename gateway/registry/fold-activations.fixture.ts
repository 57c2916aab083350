import type { Row } from './fold-row.fixture.ts';
import { actors, HENAN, HENAN_1_NAMED, HENAN_2, HENAN_2_NAMED, naming, SHANGHAI } from './registry.fixture.ts';

const { anchor, first, second, henan, shanghai } = actors;
const FULL = { stage: 'full' } as const;
const SHADOW = { stage: 'shadow' } as const;

export const ACTIVATIONS: Row[] = [
  [
    'a single-operator activation',
    'approvals_missing',
    'checked',
    async (w) => {
      await w.do(first, 'adapter_approved', HENAN_1_NAMED);
      return w.try(first, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL });
    },
  ],
  [
    'an activation that leans on a removed operator’s approval',
    'approvals_missing',
    'checked',
    async (w) => {
      await w.do(first, 'adapter_approved', HENAN_1_NAMED);
      await w.do(second, 'adapter_approved', HENAN_1_NAMED);
      await w.do(anchor, 'entity_removed', { entity_id: second.entityId });
      return w.try(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL });
    },
  ],
  [
    'an activation that leans on an approval by a key revoked since',
    'approvals_missing',
    'checked',
    async (w) => {
      await w.do(first, 'adapter_approved', HENAN_1_NAMED);
      await w.do(second, 'adapter_approved', HENAN_1_NAMED);
      await w.do(anchor, 'key_revoked', { entity_id: second.entityId, use: 'registry', kid: second.signer.kid });
      return w.try(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL });
    },
  ],
  [
    'the activation of approved bytes by another province',
    'province_foreign',
    'active',
    (w) => w.try(shanghai, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL }),
  ],
  [
    'an activation that changes nothing',
    'already_active',
    'active',
    (w) => w.try(first, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL }),
  ],
  [
    'a trial with nothing to compare with',
    'no_active_version',
    'checked',
    async (w) => {
      await w.approve(HENAN_1_NAMED);
      return w.try(first, 'adapter_activated', { ...HENAN_1_NAMED, mode: SHADOW });
    },
  ],
  [
    'a trial of a version that recognises other codes',
    'trial_not_comparable',
    'active',
    async (w) => {
      const manifest = HENAN_2.manifest.replaceAll('"min": ', '"min": 1');
      await w.submitAndCheck(henan, { ...HENAN_2, manifest });
      await w.approve(naming('410000', '2.0.0', { manifest }));
      return w.try(first, 'adapter_activated', { ...naming('410000', '2.0.0', { manifest }), mode: SHADOW });
    },
  ],
  [
    'a system that draws another one’s codes to itself',
    'recogniser_overlap',
    'active',
    async (w) => {
      const stolen = JSON.stringify({
        ...JSON.parse(SHANGHAI.manifest),
        recognise: JSON.parse(HENAN.manifest).recognise,
      });
      await w.submitAndCheck(shanghai, { ...SHANGHAI, manifest: stolen });
      const named = naming('310000', '1.0.0', { manifest: stolen });
      await w.approve(named);
      return w.try(shanghai, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'the suspension of nothing',
    'adapter_unknown',
    'enrolled',
    (w) => w.try(first, 'adapter_suspended', { province: '410000', reason: 'other' }),
  ],
  [
    'the suspension of another province',
    'province_foreign',
    'active',
    (w) => w.try(shanghai, 'adapter_suspended', { province: '410000', reason: 'other' }),
  ],
  [
    'a second suspension',
    'adapter_is_suspended',
    'active',
    async (w) => {
      await w.do(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      return w.try(second, 'adapter_suspended', { province: '410000', reason: 'misuse' });
    },
  ],
  [
    'an activation around a suspension',
    'adapter_is_suspended',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      return w.try(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
    },
  ],
  [
    'the resumption of what runs',
    'adapter_not_suspended',
    'active',
    (w) => w.try(first, 'adapter_resumed', { province: '410000' }),
  ],
  [
    'a province that lifts the national side’s suspension',
    'suspension_not_yours',
    'active',
    async (w) => {
      await w.do(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
      return w.try(henan, 'adapter_resumed', { province: '410000' });
    },
  ],
  [
    'a roll-back to a version that was never in full use',
    'rollback_target',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      return w.try(first, 'adapter_rolled_back', { province: '410000', to_version: '2.0.0' });
    },
  ],
  [
    'a roll-back to a version whose approvals no longer stand',
    'approvals_missing',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
      await w.do(anchor, 'entity_removed', { entity_id: second.entityId });
      return w.try(henan, 'adapter_rolled_back', { province: '410000', to_version: '1.0.0' });
    },
  ],
  [
    'a roll-back to codes that are another system’s by now',
    'recogniser_overlap',
    'active',
    async (w) => {
      const manifest = HENAN_2.manifest.replaceAll('YKM1', 'YKM9');
      const moved = naming('410000', '2.0.0', { manifest });
      await w.submitAndCheck(henan, { ...HENAN_2, manifest });
      await w.approve(moved);
      await w.do(henan, 'adapter_activated', { ...moved, mode: FULL });
      const { recognise } = JSON.parse(HENAN.manifest);
      const taken = JSON.stringify({ ...JSON.parse(SHANGHAI.manifest), recognise });
      await w.submitAndCheck(shanghai, { ...SHANGHAI, manifest: taken });
      const named = naming('310000', '1.0.0', { manifest: taken });
      await w.approve(named);
      await w.do(shanghai, 'adapter_activated', { ...named, mode: FULL });
      return w.try(henan, 'adapter_rolled_back', { province: '410000', to_version: '1.0.0' });
    },
  ],
];
