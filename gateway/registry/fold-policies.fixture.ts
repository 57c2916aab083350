import { sandboxMandates } from '../sandbox/mandates.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import type { Row } from './fold-row.fixture.ts';
import { actors, NOW_S } from './registry.fixture.ts';

const { anchor, first, henan, hainan, stranger } = actors;
const { equal, exception, refused } = sandboxPolicies(NOW_S * 1000);
const [mandate] = sandboxMandates(NOW_S * 1000, anchor.entityId, []);
if (mandate === undefined) throw new Error('no sample mandate');
const DAY_MS = 86_400_000;
const at = (days: number) => new Date(NOW_S * 1000 + days * DAY_MS).toISOString();

export const POLICIES: Row[] = [
  [
    'a policy for another destination',
    'province_foreign',
    'enrolled',
    (w) => w.try(henan, 'policy_published', { policy: exception }),
  ],
  [
    'a policy by an operator',
    'role_not_entitled',
    'enrolled',
    (w) => w.try(first, 'policy_published', { policy: exception }),
  ],
  [
    'a stricter rule without a basis',
    'policy_refused',
    'enrolled',
    (w) => w.try(hainan, 'policy_published', { policy: { ...refused, destination: '460000' } }),
  ],
  [
    'a policy that takes an earlier version’s number',
    'version_not_newer',
    'enrolled',
    async (w) => {
      await w.do(hainan, 'policy_published', { policy: exception });
      return w.try(hainan, 'policy_published', { policy: { ...equal, destination: '460000' } });
    },
  ],
  [
    'the withdrawal of nothing',
    'policy_unknown',
    'enrolled',
    (w) => w.try(hainan, 'policy_withdrawn', { province: '460000', version: '1.0.0' }),
  ],
  [
    'the withdrawal of another destination’s policy',
    'province_foreign',
    'enrolled',
    async (w) => {
      await w.do(hainan, 'policy_published', { policy: exception });
      return w.try(henan, 'policy_withdrawn', { province: '460000', version: exception.version });
    },
  ],
  [
    'the withdrawal of a version that does not stand',
    'policy_unknown',
    'enrolled',
    async (w) => {
      await w.do(hainan, 'policy_published', { policy: exception });
      return w.try(hainan, 'policy_withdrawn', { province: '460000', version: '9.9.9' });
    },
  ],
  [
    'a second withdrawal',
    'policy_unknown',
    'enrolled',
    async (w) => {
      await w.do(hainan, 'policy_published', { policy: exception });
      await w.do(hainan, 'policy_withdrawn', { province: '460000', version: exception.version });
      return w.try(hainan, 'policy_withdrawn', { province: '460000', version: exception.version });
    },
  ],
  [
    'a policy for the whole nation, by whoever stands for it',
    'province_foreign',
    'enrolled',
    async (w) => {
      await w.enrol(stranger, 'province', '000000');
      return w.try(stranger, 'policy_published', { policy: { ...equal, destination: '000000' } });
    },
  ],
  [
    'the revocation of a mandate that never was',
    'mandate_unknown',
    'enrolled',
    (w) => w.try(anchor, 'mandate_revoked', { mandate_id: 'nothing' }),
  ],
  ['a mandate by an operator', 'mandate_issuer', 'enrolled', (w) => w.try(first, 'mandate_issued', { mandate })],
  [
    'a mandate that names another issuer',
    'mandate_issuer',
    'enrolled',
    (w) => w.try(anchor, 'mandate_issued', { mandate: { ...mandate, issued_by: first.entityId } }),
  ],
  [
    'a mandate issued twice',
    'mandate_exists',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'mandate_issued', { mandate });
      return w.try(anchor, 'mandate_issued', { mandate });
    },
  ],
  [
    'a mandate longer than thirty days',
    'event_malformed',
    'enrolled',
    (w) => w.try(anchor, 'mandate_issued', { mandate: { ...mandate, valid_until: at(31) } }),
  ],
  [
    'a year of mandates issued ahead',
    'mandate_too_early',
    'enrolled',
    (w) => w.try(anchor, 'mandate_issued', { mandate: { ...mandate, valid_from: at(31), valid_until: at(60) } }),
  ],
  [
    'a mandate that is in force and permits nothing',
    'mandate_without_effect',
    'enrolled',
    (w) => w.try(anchor, 'mandate_issued', { mandate: { ...mandate, holder_classes: ['entrant_from_abroad'] } }),
  ],
  [
    'a mandate that supersedes one that never was',
    'mandate_unknown',
    'enrolled',
    (w) => w.try(anchor, 'mandate_issued', { mandate: { ...mandate, supersedes: 'nothing' } }),
  ],
  [
    'a mandate revoked twice',
    'mandate_ended',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'mandate_issued', { mandate });
      await w.do(anchor, 'mandate_revoked', { mandate_id: mandate.id });
      return w.try(anchor, 'mandate_revoked', { mandate_id: mandate.id });
    },
  ],
  [
    'a mandate that anybody enrolled revokes',
    'mandate_issuer',
    'enrolled',
    async (w) => {
      await w.do(anchor, 'mandate_issued', { mandate });
      return w.try(first, 'mandate_revoked', { mandate_id: mandate.id });
    },
  ],
];
