import type { Row } from './fold-row.fixture.ts';
import { digestOf } from './manifest-text.ts';
import {
  actors,
  checkedBody,
  HENAN,
  HENAN_1_NAMED,
  HENAN_2,
  HENAN_2_NAMED,
  naming,
  SHANGHAI,
} from './registry.fixture.ts';

const { anchor, gateway, first, second, henan, shanghai } = actors;
const FULL = { stage: 'full' } as const;
const SHADOW = { stage: 'shadow' } as const;
const SUBMIT_1 = { manifest: HENAN.manifest, scenarios_digest: digestOf(HENAN.scenarios) };

export const ADAPTERS: Row[] = [
  [
    'a manifest that is none',
    'manifest_invalid',
    'enrolled',
    (w) => w.try(henan, 'adapter_submitted', { ...SUBMIT_1, manifest: '{}' }),
  ],
  [
    'a province that submits for another',
    'province_foreign',
    'enrolled',
    (w) => w.try(shanghai, 'adapter_submitted', SUBMIT_1),
  ],
  ['an operator that submits', 'role_not_entitled', 'enrolled', (w) => w.try(first, 'adapter_submitted', SUBMIT_1)],
  [
    'other bytes under a version that exists',
    'version_exists',
    'checked',
    (w) => w.try(henan, 'adapter_submitted', { ...SUBMIT_1, manifest: `${HENAN.manifest} ` }),
  ],
  [
    'other bytes under the first of two versions',
    'version_exists',
    'checked',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      return w.try(henan, 'adapter_submitted', { ...SUBMIT_1, manifest: `${HENAN.manifest} ` });
    },
  ],
  [
    'a check by anybody but a gateway',
    'role_not_entitled',
    'checked',
    (w) => w.try(henan, 'adapter_checked', checkedBody(HENAN_1_NAMED)),
  ],
  [
    'a failed check that is checked again until it passes',
    'check_failed',
    'enrolled',
    async (w) => {
      await w.submitAndCheck(henan, HENAN, false);
      return w.try(gateway, 'adapter_checked', checkedBody(HENAN_1_NAMED));
    },
  ],
  [
    'the approval of a version that nobody submitted',
    'version_unknown',
    'checked',
    (w) => w.try(first, 'adapter_approved', HENAN_2_NAMED),
  ],
  [
    'the approval of other bytes',
    'digest_mismatch',
    'checked',
    (w) => w.try(first, 'adapter_approved', { ...HENAN_1_NAMED, manifest_digest: HENAN_2_NAMED.manifest_digest }),
  ],
  ['a self-approval', 'self_approval', 'checked', (w) => w.try(henan, 'adapter_approved', HENAN_1_NAMED)],
  [
    'an approval by another province',
    'role_not_entitled',
    'checked',
    (w) => w.try(shanghai, 'adapter_approved', HENAN_1_NAMED),
  ],
  [
    'an approval before the check',
    'check_missing',
    'enrolled',
    async (w) => {
      await w.do(henan, 'adapter_submitted', SUBMIT_1);
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'the approval of a version that failed',
    'check_failed',
    'enrolled',
    async (w) => {
      await w.submitAndCheck(henan, HENAN, false);
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'two approvals by one operator',
    'approval_repeated',
    'checked',
    async (w) => {
      await w.do(first, 'adapter_approved', HENAN_1_NAMED);
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'the approval of a version that was rejected',
    'version_rejected',
    'checked',
    async (w) => {
      await w.do(second, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'values_wrong' });
      return w.try(first, 'adapter_approved', HENAN_1_NAMED);
    },
  ],
  [
    'a version rejected twice',
    'version_rejected',
    'checked',
    async (w) => {
      await w.do(second, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'values_wrong' });
      return w.try(first, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'other' });
    },
  ],
  [
    'an activation of a version that was approved twice and then rejected',
    'version_rejected',
    'checked',
    async (w) => {
      await w.approve(HENAN_1_NAMED);
      await w.do(first, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'authority_wrong' });
      return w.try(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL });
    },
  ],
  [
    'a rejection of what answers',
    'version_in_use',
    'active',
    (w) => w.try(first, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'other' }),
  ],
  [
    'a rejection of what is on trial',
    'version_in_use',
    'active',
    async (w) => {
      await w.submitAndCheck(henan, HENAN_2);
      await w.approve(HENAN_2_NAMED);
      await w.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: SHADOW });
      return w.try(second, 'adapter_rejected', { ...HENAN_2_NAMED, reason: 'other' });
    },
  ],
  [
    'a rejection by a province',
    'role_not_entitled',
    'checked',
    (w) => w.try(henan, 'adapter_rejected', { ...HENAN_1_NAMED, reason: 'other' }),
  ],
  [
    'a rejection of other bytes',
    'digest_mismatch',
    'checked',
    (w) =>
      w.try(first, 'adapter_rejected', {
        ...HENAN_1_NAMED,
        manifest_digest: HENAN_2_NAMED.manifest_digest,
        reason: 'other',
      }),
  ],
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
  ...(
    [
      ['no report at all', '{}'],
      ['a report that is no JSON', 'passed'],
      ['the report of another version', checkedBody({ ...HENAN_1_NAMED, version: '2.0.0' }).report],
      ['the report of other bytes', checkedBody({ ...HENAN_2_NAMED, version: '1.0.0' }).report],
      ['the report of another province', checkedBody({ ...HENAN_1_NAMED, province: '310000' }).report],
      ['the report of another verdict', checkedBody(HENAN_1_NAMED, { passed: false }).report],
      ['the report of another level', checkedBody(HENAN_1_NAMED, { level: 'live' }).report],
    ] as const
  ).map(
    ([what, report]): Row => [
      `a check with ${what}`,
      'report_invalid',
      'checked',
      (w) => w.try(gateway, 'adapter_checked', { ...checkedBody(HENAN_1_NAMED), report }),
    ],
  ),
];
