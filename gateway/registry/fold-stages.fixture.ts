import type { Row } from './fold-row.fixture.ts';
import { actors, HENAN_1_NAMED, HENAN_2, HENAN_2_NAMED } from './registry.fixture.ts';

const { anchor, gateway, first, second, third, henan, shanghai } = actors;
const FULL = { stage: 'full' } as const;
const HENANS = { province: '410000' } as const;
const MISUSE = { ...HENANS, reason: 'misuse' } as const;
const BACK = { ...HENANS, to_version: '1.0.0' } as const;

/** Who may move what a province is served with, and what there has to be to be moved. */
export const STAGES: Row[] = [
  [
    'a gateway that activates',
    'role_not_entitled',
    'active',
    (w) => w.try(gateway, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL }),
  ],
  ['a gateway that suspends', 'role_not_entitled', 'active', (w) => w.try(gateway, 'adapter_suspended', MISUSE)],
  [
    'the suspension of what is not in use',
    'no_active_version',
    'checked',
    (w) => w.try(first, 'adapter_suspended', MISUSE),
  ],
  ['the resumption of nothing', 'adapter_unknown', 'enrolled', (w) => w.try(first, 'adapter_resumed', HENANS)],
  [
    'the resumption of another province',
    'province_foreign',
    'active',
    async (w) => {
      await w.do(henan, 'adapter_suspended', MISUSE);
      return w.try(shanghai, 'adapter_resumed', HENANS);
    },
  ],
  [
    'the resumption of what an operator approved who was removed since',
    'approvals_missing',
    'active',
    async (w) => {
      await w.do(first, 'adapter_suspended', MISUSE);
      await w.do(anchor, 'entity_removed', { entity_id: second.entityId });
      return w.try(first, 'adapter_resumed', HENANS);
    },
  ],
  [
    'the resumption of a trial that was approved with a key revoked since',
    'approvals_missing',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.enrol(third, 'operator');
      for (const operator of [first, third]) await w.do(operator, 'adapter_approved', HENAN_2_NAMED);
      await w.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: { stage: 'shadow' } });
      await w.do(first, 'adapter_suspended', MISUSE);
      await w.do(anchor, 'key_revoked', { entity_id: third.entityId, use: 'registry', kid: third.signer.kid });
      return w.try(first, 'adapter_resumed', HENANS);
    },
  ],
  [
    'a roll-back by another province',
    'province_foreign',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
      return w.try(shanghai, 'adapter_rolled_back', BACK);
    },
  ],
  ['a roll-back of nothing', 'adapter_unknown', 'enrolled', (w) => w.try(first, 'adapter_rolled_back', BACK)],
  [
    'a roll-back to a version that nobody submitted',
    'rollback_target',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
      return w.try(first, 'adapter_rolled_back', { ...HENANS, to_version: '9.9.9' });
    },
  ],
  [
    'a roll-back to a version that was rejected since',
    'version_rejected',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
      await w.do(first, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'values_wrong' });
      return w.try(first, 'adapter_rolled_back', BACK);
    },
  ],
  [
    'a roll-back to what is in use, with nothing on trial beside it',
    'rollback_target',
    'active',
    (w) => w.try(first, 'adapter_rolled_back', BACK),
  ],
  [
    'the approval of a version of a province that submitted none',
    'version_unknown',
    'enrolled',
    (w) => w.try(first, 'adapter_approved', HENAN_1_NAMED),
  ],
];
