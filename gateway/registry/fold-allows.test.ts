import { beforeAll, describe, expect, test } from 'vitest';
import { permitCheck } from '../policy/mandates.ts';
import { sandboxMandates } from '../sandbox/mandates.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import { compileState } from './compile-state.ts';
import type { Start } from './fold-row.fixture.ts';
import {
  activeWorld,
  actors,
  checkedBody,
  checkedWorld,
  enrolledWorld,
  HENAN_1_NAMED,
  HENAN_2,
  HENAN_2_NAMED,
  makeLogKey,
  NOW_S,
  VERIFIER_KEY,
  World,
  withNewKey,
} from './registry.fixture.ts';

const { anchor, gateway, first, second, henan, hainan } = actors;
const FULL = { stage: 'full' } as const;
const SHADOW = { stage: 'shadow' } as const;
const { exception } = sandboxPolicies(NOW_S * 1000);
const [mandate] = sandboxMandates(NOW_S * 1000, anchor.entityId, []);
if (mandate === undefined) throw new Error('no sample mandate');
const DAY_MS = 86_400_000;
const at = (days: number) => new Date(NOW_S * 1000 + days * DAY_MS).toISOString();

const another = makeLogKey().verifierKey;
const addKey = (w: World, verifier_key = another, actor = anchor) => w.try(actor, 'log_key_added', { verifier_key });
const retireKey = (w: World, verifier_key = VERIFIER_KEY, actor = anchor) =>
  w.try(actor, 'log_key_retired', { verifier_key });

const worlds = new Map<Start, World>();
beforeAll(async () => {
  worlds.set('empty', new World());
  worlds.set('enrolled', await enrolledWorld());
  worlds.set('checked', await checkedWorld());
  worlds.set('active', await activeWorld());
});
const from = (start: Start) => worlds.get(start)?.fork() ?? new World();
describe('what the fold allows', () => {
  test('a log key cannot be replaced by another one', async () => {
    const world = from('enrolled');
    expect([await addKey(world), await retireKey(world)]).toEqual([null, null]);
    expect(world.state.log).toMatchObject({ keys: [another], retired: [VERIFIER_KEY] });
  });

  test('a version goes by shadow and canary to full use, and back, with one command each', async () => {
    const world = from('active');
    await world.submitAndCheck(henan, HENAN_2);
    await world.approve(HENAN_2_NAMED);
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
    await world.do(gateway, 'adapter_checked', checkedBody(HENAN_2_NAMED, { level: 'live' }));
    expect(told()).toBe('static');
    await world.approve(HENAN_2_NAMED);
    await world.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
    expect(told()).toBe('live');
  });

  test('a canary gives one token now this version and now that, or misses its share', async () => {
    const world = from('active');
    await world.submitAndCheck(henan, HENAN_2);
    await world.approve(HENAN_2_NAMED);
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
