import type { Row } from './fold-row.fixture.ts';
import { digestOf } from './manifest-text.ts';
import { actors, checkedBody, HENAN, HENAN_1_NAMED, HENAN_2, HENAN_2_NAMED } from './registry.fixture.ts';

const { gateway, first, second, henan, shanghai } = actors;
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
