import { beforeAll, describe, expect, test } from 'vitest';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import { permitCheck } from '../policy/mandates.ts';
import { sandboxMandates } from '../sandbox/mandates.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import { compileState } from './compile-state.ts';
import { digestOf } from './manifest-text.ts';
import {
  activeWorld,
  actors,
  checkedWorld,
  enrolledWorld,
  HENAN,
  HENAN_1_NAMED,
  HENAN_2,
  HENAN_2_NAMED,
  makeActor,
  makeLogKey,
  NAME,
  NOW_S,
  naming,
  SHANGHAI,
  VERIFIER_KEY,
  World,
  withNewKey,
} from './registry.fixture.ts';

const { anchor, gateway, first, second, third, henan, shanghai, hainan, stranger } = actors;
const FULL = { stage: 'full' } as const;
const SHADOW = { stage: 'shadow' } as const;
const SUBMIT_1 = { manifest: HENAN.manifest, scenarios_digest: digestOf(HENAN.scenarios) };
const SUBMIT_2 = { manifest: HENAN_2.manifest, scenarios_digest: digestOf(HENAN_2.scenarios) };
const CHECKED = { passed: true, level: 'static', report: '{}' } as const;
const { equal, exception, refused } = sandboxPolicies(NOW_S * 1000);
const [mandate] = sandboxMandates(NOW_S * 1000, anchor.entityId, []);
if (mandate === undefined) throw new Error('no sample mandate');
const DAY_MS = 86_400_000;
const at = (days: number) => new Date(NOW_S * 1000 + days * DAY_MS).toISOString();

type Attempt = (world: World) => Promise<string | null>;
type Start = 'empty' | 'enrolled' | 'checked' | 'active';
type Row = readonly [defect: string, code: RejectionCode, start: Start, attempt: Attempt];

const created = {
  name: NAME,
  jwks: { keys: [anchor.publicJwk] },
  log: { origin: 'registry.example/log', keys: [VERIFIER_KEY] },
};
const enrolment = (role: 'operator' | 'province' | 'agency', actor = stranger) => ({
  entity_id: actor.entityId,
  role,
  name: NAME,
  jwks: { keys: [actor.publicJwk] },
});

const ENVELOPE: Row[] = [
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
];

const ENTITIES: Row[] = [
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
];

const ADAPTERS: Row[] = [
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
    'a check by anybody but a gateway',
    'role_not_entitled',
    'checked',
    (w) => w.try(henan, 'adapter_checked', { ...HENAN_1_NAMED, ...CHECKED }),
  ],
  [
    'a failed check that is checked again until it passes',
    'check_failed',
    'enrolled',
    async (w) => {
      await w.submitAndCheck(henan, HENAN, false);
      return w.try(gateway, 'adapter_checked', { ...HENAN_1_NAMED, ...CHECKED });
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
      await approve(w, HENAN_1_NAMED);
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
      await approve(w, naming('410000', '2.0.0', { manifest }));
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
      await approve(w, named);
      return w.try(shanghai, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a node that nobody has admitted',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a trial by a node that its province has removed',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitIssuer(w, henan, '410000');
      await w.do(henan, 'subordinate_removed', { entity_id: NODE });
      return w.try(henan, 'adapter_activated', { ...named, mode: SHADOW });
    },
  ],
  [
    'a node that is the issuer of another province',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitIssuer(w, shanghai, '310000');
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a node that is a gateway of the province',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitIssuer(w, henan, '410000', 'gateway');
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a roll-back to a node that its province has removed',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitIssuer(w, henan, '410000');
      await w.do(henan, 'adapter_activated', { ...named, mode: FULL });
      await w.do(henan, 'adapter_rolled_back', { province: '410000', to_version: '1.0.0' });
      await w.do(henan, 'subordinate_removed', { entity_id: NODE });
      return w.try(henan, 'adapter_rolled_back', { province: '410000', to_version: '2.0.0' });
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
      await approve(w, HENAN_2_NAMED);
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
];

const POLICIES: Row[] = [
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
];

const another = makeLogKey().verifierKey;
const addKey = (w: World, verifier_key = another, actor = anchor) => w.try(actor, 'log_key_added', { verifier_key });
const retireKey = (w: World, verifier_key = VERIFIER_KEY, actor = anchor) =>
  w.try(actor, 'log_key_retired', { verifier_key });

const LOG_KEYS: Row[] = [
  ['a log key that an operator adds', 'role_not_entitled', 'enrolled', (w) => addKey(w, another, first)],
  ['a log key that a province retires', 'role_not_entitled', 'enrolled', (w) => retireKey(w, VERIFIER_KEY, henan)],
  ['a log key that is none', 'log_key_invalid', 'enrolled', (w) => addKey(w, 'registry.example/log+00000000+AAAA')],
  [
    'a log key under another name',
    'log_key_invalid',
    'enrolled',
    (w) => addKey(w, makeLogKey('other.example/log').verifierKey),
  ],
  [
    'a registry that names a log key under another name',
    'log_key_invalid',
    'empty',
    (w) => w.try(anchor, 'registry_created', { ...created, log: { ...created.log, origin: 'other.example/log' } }),
  ],
  [
    'a registry that names a log key twice',
    'key_reused',
    'empty',
    (w) => w.try(anchor, 'registry_created', { ...created, log: { ...created.log, keys: [another, another] } }),
  ],
  ['a log key that is listed already', 'key_reused', 'enrolled', (w) => addKey(w, VERIFIER_KEY)],
  [
    'a retired log key that comes back',
    'key_reused',
    'enrolled',
    async (w) => {
      await addKey(w);
      await retireKey(w);
      return addKey(w, VERIFIER_KEY);
    },
  ],
  [
    'a fifth log key',
    'log_keys_full',
    'enrolled',
    async (w) => {
      for (let added = 0; added < 3; added += 1) await addKey(w, makeLogKey().verifierKey);
      return addKey(w);
    },
  ],
  ['a log key retired that is not there', 'log_key_unknown', 'enrolled', (w) => retireKey(w, another)],
  ['the last log key retired', 'log_key_last', 'enrolled', (w) => retireKey(w)],
];

const ROWS = [...ENVELOPE, ...ENTITIES, ...ADAPTERS, ...POLICIES, ...LOG_KEYS];
/** Decided by a gateway around the fold; their tests are with `WritableRegistry` and `submitEvent`. */
const ELSEWHERE: RejectionCode[] = [
  'scenarios_missing',
  'log_key_mismatch',
  'log_key_unheld',
  'subordinate_exists',
  'subordinate_unknown',
  'subordinate_invalid',
  'keys_not_handed_over',
];

async function approve(world: World, named: typeof HENAN_1_NAMED): Promise<void> {
  await world.do(first, 'adapter_approved', named);
  await world.do(second, 'adapter_approved', named);
}

const NODE = 'https://issuer.henan.example';

/** Henan 2.0.0, which names a node, as far as its activation. */
async function approveByNode(world: World): Promise<typeof HENAN_1_NAMED> {
  const texts = {
    ...HENAN_2,
    manifest: JSON.stringify({ ...JSON.parse(HENAN_2.manifest), node: NODE, route: ['node'] }),
  };
  await world.submitAndCheck(henan, texts);
  const named = naming('410000', '2.0.0', texts);
  await approve(world, named);
  return named;
}

/** The entity of that address, below a province that the anchor admits for it. */
async function admitIssuer(
  world: World,
  actor: typeof henan,
  province: '410000' | '310000',
  kind: 'issuer' | 'gateway' = 'issuer',
): Promise<void> {
  const { publicJwk } = await makeActor('node');
  const jwks = { keys: [publicJwk] };
  const above = { entity_id: actor.entityId, kind: 'province', name: NAME, jwks, province } as const;
  await world.do(anchor, 'subordinate_admitted', above);
  await world.do(actor, 'subordinate_admitted', { entity_id: NODE, kind, name: NAME, jwks });
}

const worlds = new Map<Start, World>();
beforeAll(async () => {
  worlds.set('empty', new World());
  worlds.set('enrolled', await enrolledWorld());
  worlds.set('checked', await checkedWorld());
  worlds.set('active', await activeWorld());
});
const from = (start: Start) => worlds.get(start)?.fork() ?? new World();

describe('what the fold refuses', () => {
  test.each(ROWS)('%s is accepted, or refused by another code than %s', async (_defect, code, start, attempt) => {
    const world = from(start);
    expect(await attempt(world)).toBe(code);
  });

  test('a rejection code is tested nowhere', () => {
    const tested = new Set<string>([...ROWS.map(([, code]) => code), ...ELSEWHERE]);
    expect(Object.keys(REJECTIONS).filter((code) => !tested.has(code))).toEqual([]);
  });

  test('a refused event changes the state', async () => {
    const world = from('checked');
    const before = JSON.stringify([...world.state.adapters.values(), ...world.state.entities.values()]);
    const { state } = world;
    await world.try(henan, 'adapter_approved', HENAN_1_NAMED);
    expect(world.state).toBe(state);
    expect(JSON.stringify([...world.state.adapters.values(), ...world.state.entities.values()])).toBe(before);
  });
});

describe('what the fold allows', () => {
  test('a log key cannot be replaced by another one', async () => {
    const world = from('enrolled');
    expect([await addKey(world), await retireKey(world)]).toEqual([null, null]);
    expect(world.state.log).toMatchObject({ keys: [another], retired: [VERIFIER_KEY] });
  });

  test('a version goes by shadow and canary to full use, and back, with one command each', async () => {
    const world = from('active');
    await world.submitAndCheck(henan, HENAN_2);
    await approve(world, HENAN_2_NAMED);
    const adapter = () => world.state.adapters.get('410000');
    await world.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: SHADOW });
    expect(adapter()).toMatchObject({ active: '1.0.0', trial: { version: '2.0.0', mode: SHADOW } });
    await world.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: { stage: 'canary', percent: 25 } });
    expect(compileState(world.state).trials.get('410000')?.mode).toEqual({ stage: 'canary', percent: 25 });
    await world.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
    expect(adapter()).toMatchObject({ active: '2.0.0', trial: null });
    await world.do(henan, 'adapter_rolled_back', { province: '410000', to_version: '1.0.0' });
    expect(adapter()).toMatchObject({ active: '1.0.0', trial: null });
  });

  test('how far the version in use was checked is forgotten, or told of another version', async () => {
    const world = from('active');
    const told = () => compileState(world.state).adapters.get('410000')?.conformance;
    expect(told()).toBe('static');
    await world.submitAndCheck(henan, HENAN_2);
    await world.do(gateway, 'adapter_checked', { ...HENAN_2_NAMED, ...CHECKED, level: 'live' });
    expect(told()).toBe('static');
    await approve(world, HENAN_2_NAMED);
    await world.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
    expect(told()).toBe('live');
  });

  test('a canary gives one token now this version and now that, or misses its share', async () => {
    const world = from('active');
    await world.submitAndCheck(henan, HENAN_2);
    await approve(world, HENAN_2_NAMED);
    await world.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: { stage: 'canary', percent: 25 } });
    const [one, other] = [compileState(world.state), compileState(world.state)];
    const versions = Array.from({ length: 4_000 }, (_, n) => one.adapterFor('410000', `token-${n}`)?.manifest.version);
    expect(versions).toEqual(
      Array.from({ length: 4_000 }, (_, n) => other.adapterFor('410000', `token-${n}`)?.manifest.version),
    );
    const share = versions.filter((version) => version === '2.0.0').length / versions.length;
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.28);
  });

  test('an operator that comes back keeps its old approvals, or its old sequence is lost', async () => {
    const world = from('checked');
    await world.do(first, 'adapter_approved', HENAN_1_NAMED);
    await world.do(anchor, 'entity_removed', { entity_id: first.entityId });
    const renewed = await withNewKey(first);
    await world.enrol(renewed, 'operator');
    expect(await world.try(renewed, 'adapter_approved', HENAN_1_NAMED, { seq: 1, prev: null })).toBe(
      'sequence_replayed',
    );
    expect(await world.try(first, 'adapter_approved', HENAN_1_NAMED)).toBe('key_not_active');
    await world.do(second, 'adapter_approved', HENAN_1_NAMED);
    expect(await world.try(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL })).toBe('approvals_missing');
    await world.do(renewed, 'adapter_approved', HENAN_1_NAMED);
    await world.do(henan, 'adapter_activated', { ...HENAN_1_NAMED, mode: FULL });
  });

  test('a revoked mandate brings back the one that it superseded', async () => {
    const world = from('enrolled');
    const successor = { ...mandate, id: 'successor', supersedes: mandate.id, valid_from: at(1), valid_until: at(20) };
    await world.do(anchor, 'mandate_issued', { mandate });
    await world.do(anchor, 'mandate_issued', { mandate: successor });
    const permits = (days: number) =>
      permitCheck(compileState(world.state).mandates, {
        region: '440106',
        venueKind: 'hospital',
        purpose: 'medical_visit',
        nowMs: NOW_S * 1000 + days * DAY_MS,
      })?.id ?? null;
    expect([permits(0.5), permits(2)]).toEqual([mandate.id, 'successor']);
    await world.do(anchor, 'mandate_revoked', { mandate_id: 'successor' });
    expect([permits(0.5), permits(2)]).toEqual([mandate.id, null]);
    // Days later, when the successor is long over and looked at no more.
    const { publicJwk } = await withNewKey(first);
    await world.try(first, 'key_announced', { use: 'federation', jwk: publicJwk }, { iat: NOW_S + 3 * 86_400 });
    expect(permits(4)).toBeNull();
  });

  test('a withdrawn policy goes on deciding', async () => {
    const world = from('enrolled');
    await world.do(hainan, 'policy_published', { policy: exception });
    expect(compileState(world.state).policyOf('460000').policy.id).toBe(exception.id);
    await world.do(hainan, 'policy_withdrawn', { province: '460000', version: '1.0.0' });
    expect(compileState(world.state).policyOf('460000').policy.id).toBe('national-baseline');
  });
});
