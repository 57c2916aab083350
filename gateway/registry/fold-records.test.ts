import { beforeAll, describe, expect, test } from 'vitest';
import type { RegistryEvent } from '../../schemas/registry-event.ts';
import { sandboxMandates } from '../sandbox/mandates.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import { fold } from './fold.ts';
import { documentOf, foldDocumentSchema, stateOf } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';
import {
  activeWorld,
  actors,
  adapterTexts,
  checkedBody,
  enrolledWorld,
  HENAN,
  HENAN_1_NAMED,
  HENAN_2,
  HENAN_2_NAMED,
  LOG_ORIGIN,
  NAME,
  NOW_S,
  SHANGHAI,
  SM2_KEY,
  VERIFIER_KEY,
  type World,
  withNewKey,
} from './registry.fixture.ts';

const { anchor, gateway, first, second, third, henan, shanghai, hainan, stranger } = actors;
const FULL = { stage: 'full' } as const;
const HENANS = { province: '410000' } as const;
const [mandate] = sandboxMandates(NOW_S * 1000, anchor.entityId, []);
if (mandate === undefined) throw new Error('no sample mandate');
const at = (days: number) => new Date((NOW_S + days * 86_400) * 1000).toISOString();

let enrolled: World;
let active: World;
beforeAll(async () => {
  enrolled = await enrolledWorld();
  active = await activeWorld();
});

describe('what the registry keeps', () => {
  test('is named after another entry than the first, or its log has keys that nobody named', async () => {
    const world = await enrolledWorld();
    expect(world.state.genesis).toBe(digestOf(world.log[0] ?? ''));
    expect(world.state.log).toEqual({ origin: LOG_ORIGIN, keys: [VERIFIER_KEY], retired: [] });
  });

  test('loses policies and mandates on the way to a snapshot and back', async () => {
    const world = active.fork();
    const { exception } = sandboxPolicies(NOW_S * 1000);
    await world.do(hainan, 'policy_published', { policy: exception });
    await world.do(anchor, 'mandate_issued', { mandate });
    const document: unknown = JSON.parse(JSON.stringify(documentOf(world.state)));
    expect(stateOf(foldDocumentSchema.parse(document))).toEqual(world.state);
  });

  test('says of a mandate that was revoked that it runs on, or of one that starts in thirty days that it may not', async () => {
    const world = enrolled.fork();
    await world.do(anchor, 'mandate_issued', { mandate });
    await world.do(anchor, 'mandate_revoked', { mandate_id: mandate.id });
    expect(world.state.mandates.get(mandate.id)?.ends_ms).toBe(NOW_S * 1000);
    const ahead = { ...mandate, id: 'ahead', valid_from: at(30), valid_until: at(60) };
    expect(await world.try(anchor, 'mandate_issued', { mandate: ahead })).toBe(null);
  });

  test('has a key revoked, retired or announced at another time than it was', async () => {
    const world = enrolled.fork();
    const [next, other] = [await withNewKey(first), await withNewKey(first)];
    const stateOfKeys = () => world.state.entities.get(first.entityId)?.keys.map(({ state }) => state);
    await world.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk });
    await world.do(first, 'key_activated', { use: 'registry', kid: next.signer.kid });
    await world.do(first, 'key_announced', { use: 'federation', jwk: other.publicJwk });
    await world.do(first, 'key_activated', { use: 'federation', kid: other.signer.kid });
    await world.do(next, 'key_retired', { use: 'registry', kid: first.signer.kid });
    expect(stateOfKeys()).toEqual(['retired', 'active', 'active']);
    await world.do(next, 'key_retired', { use: 'federation', kid: other.signer.kid });
    await world.try(first, 'key_revoked', { entity_id: first.entityId, use: 'registry', kid: first.signer.kid });
    const revoked = { entity_id: first.entityId, use: 'registry', kid: first.signer.kid } as const;
    expect(await world.try(anchor, 'key_revoked', revoked)).toBe(null);
    expect(stateOfKeys()).toEqual(['revoked', 'active', 'retired']);
    await world.try(anchor, 'entity_removed', { entity_id: first.entityId }, { iat: NOW_S + 60 });
    const gone = world.state.entities.get(first.entityId)?.keys.map(({ state, revoked_s }) => [state, revoked_s]);
    expect(gone).toEqual([
      ['revoked', NOW_S],
      ['revoked', NOW_S + 60],
      ['revoked', NOW_S + 60],
    ]);
  });
});

describe('who there may be', () => {
  test('an agency below its province, and another entity for a province that is gone', async () => {
    const world = enrolled.fork();
    const agency = { entity_id: stranger.entityId, role: 'agency', name: NAME } as const;
    const jwks = { keys: [stranger.publicJwk] };
    await world.do(anchor, 'entity_enrolled', { ...agency, superior: henan.entityId, jwks });
    expect(world.state.entities.get(stranger.entityId)).toMatchObject({ superior: henan.entityId, province: null });
    const other = enrolled.fork();
    await other.do(anchor, 'entity_removed', { entity_id: henan.entityId });
    await other.enrol(stranger, 'province', '410000');
  });

  test('nobody whose key somebody announced first for another use, or nobody with SM2 for statements', async () => {
    const world = enrolled.fork();
    await world.do(first, 'key_announced', { use: 'federation', jwk: stranger.publicJwk });
    await world.do(second, 'key_announced', { use: 'registry', jwk: stranger.publicJwk });
    await world.do(henan, 'key_announced', { use: 'statement', jwk: SM2_KEY });
  });
});

describe('a refused policy', () => {
  test('is refused without a word on what is wrong with it, or with a list that has no end', async () => {
    const { equal } = sandboxPolicies(NOW_S * 1000);
    const policy = { ...equal, destination: '460000' } as const;
    const refusalOf = async (rows: typeof equal.rows) =>
      await enrolled.fork().take(await enrolled.sign(hainan, 'policy_published', { policy: { ...policy, rows } }));
    const stricter = { when: { venue_kind: ['hotel' as const] }, decision: 'refer' as const };
    const detail = 'uncovered_cells, stricter_without_basis in row 0, looser_than_minimum in row 0';
    expect(await refusalOf([stricter, ...equal.rows.slice(0, -1)])).toEqual({ rejected: 'policy_refused', detail });
    const dead = Array.from({ length: 6 }, () => stricter);
    const five = Array.from({ length: 5 }, (_, n) => `unreachable_row in row ${equal.rows.length + n}`).join(', ');
    expect(await refusalOf([...equal.rows, ...dead])).toEqual({ rejected: 'policy_refused', detail: five });
  });
});

describe('what a province is served with', () => {
  test('is suspended by nobody in particular, or resumed by nobody but an operator', async () => {
    for (const [by, role, liftedBy] of [
      [henan, 'province', henan],
      [anchor, 'anchor', first],
      [first, 'operator', anchor],
      [henan, 'province', second],
    ] as const) {
      const world = active.fork();
      await world.do(by, 'adapter_suspended', { ...HENANS, reason: 'misuse' });
      const suspended = world.state.adapters.get('410000')?.suspended;
      expect(suspended).toMatchObject({ by: by.entityId, at_s: NOW_S, reason: 'misuse', role });
      await world.do(liftedBy, 'adapter_resumed', HENANS);
      expect(world.state.adapters.get('410000')).toMatchObject({ active: '1.0.0', suspended: null });
    }
  });

  test('is suspended for ever once its approvals stand no more, or answers again by being replaced', async () => {
    const stuck = active.fork();
    await stuck.do(henan, 'adapter_suspended', { ...HENANS, reason: 'misuse' });
    await stuck.do(anchor, 'entity_removed', { entity_id: second.entityId });
    await stuck.enrol(third, 'operator');
    const approved = stuck.fork();
    await approved.do(third, 'adapter_approved', HENAN_1_NAMED);
    await approved.do(henan, 'adapter_resumed', HENANS);
    await stuck.submitAndCheck(henan, HENAN_2);
    for (const operator of [first, third]) await stuck.do(operator, 'adapter_approved', HENAN_2_NAMED);
    const shadow = { ...HENAN_2_NAMED, mode: { stage: 'shadow' } as const };
    expect(await stuck.try(henan, 'adapter_activated', shadow)).toBe('adapter_is_suspended');
    await stuck.do(henan, 'adapter_activated', { ...HENAN_2_NAMED, mode: FULL });
    expect(stuck.state.adapters.get('410000')).toMatchObject({ active: '2.0.0', suspended: { role: 'province' } });
    await stuck.do(henan, 'adapter_resumed', HENANS);
    expect(stuck.state.adapters.get('410000')).toMatchObject({ active: '2.0.0', suspended: null });
  });

  test('goes on being tried after a roll-back to what is in use', async () => {
    const world = active.fork();
    await world.submitAndCheck(henan, HENAN_2);
    await world.approve(HENAN_2_NAMED);
    await world.do(first, 'adapter_activated', { ...HENAN_2_NAMED, mode: { stage: 'shadow' } });
    await world.do(first, 'adapter_rolled_back', { ...HENANS, to_version: '1.0.0' });
    expect(world.state.adapters.get('410000')).toMatchObject({ active: '1.0.0', trial: null });
  });

  test('cannot be replaced by another system of the same province for the same codes', async () => {
    const world = active.fork();
    const system = { ...JSON.parse(HENAN_2.manifest).system, id: 'henan-anew' };
    const manifest = JSON.stringify({ ...JSON.parse(HENAN_2.manifest), system });
    await world.submitAndCheck(henan, { ...HENAN_2, manifest });
    const named = { ...HENAN_2_NAMED, manifest_digest: digestOf(manifest) };
    await world.approve(named);
    await world.do(henan, 'adapter_activated', { ...named, mode: FULL });
  });

  test('overlaps with somebody who is not named, or is blamed for two others that overlap', async () => {
    const recognise: unknown = JSON.parse(HENAN.manifest).recognise;
    const taken = (texts: { manifest: string }) => JSON.stringify({ ...JSON.parse(texts.manifest), recognise });
    const world = active.fork();
    const manifest = taken(SHANGHAI);
    await world.submitAndCheck(shanghai, { ...SHANGHAI, manifest });
    const named = { province: '310000', version: '1.0.0', manifest_digest: digestOf(manifest) } as const;
    await world.approve(named);
    const refused = await world.take(await world.sign(shanghai, 'adapter_activated', { ...named, mode: FULL }));
    expect(refused).toEqual({ rejected: 'recogniser_overlap', detail: 'with 410000' });
    // Two that overlap already, as a log from before the rule may have it.
    const record = world.state.adapters.get('310000');
    if (record === undefined) throw new Error('Shanghai is not there');
    world.state = {
      ...world.state,
      adapters: new Map(world.state.adapters).set('310000', { ...record, active: '1.0.0' }),
    };
    const HAINAN = adapterTexts('460000-hainan');
    await world.do(hainan, 'adapter_submitted', {
      manifest: HAINAN.manifest,
      scenarios_digest: digestOf(HAINAN.scenarios),
    });
    const its = { province: '460000', version: '1.0.0', manifest_digest: digestOf(HAINAN.manifest) } as const;
    const report = JSON.parse(checkedBody(HENAN_1_NAMED).report);
    await world.do(gateway, 'adapter_checked', {
      ...its,
      passed: true,
      level: 'static',
      report: JSON.stringify({ ...report, ...its }),
    });
    for (const operator of [first, second]) await world.do(operator, 'adapter_approved', its);
    await world.do(hainan, 'adapter_activated', { ...its, mode: FULL });
  });
});

describe('an event whose signature somebody else verified', () => {
  const event = (iss: string, seq = 1): RegistryEvent => ({
    kind: 'adapter_suspended',
    body: { province: '410000', reason: 'misuse' },
    iss,
    seq,
    prev: null,
    iat: NOW_S,
  });
  const hash = digestOf('an event');

  test('counts although its signer or its key is unknown, or is of another use', async () => {
    const world = active.fork();
    const foldIt = (signed: RegistryEvent, kid: string) => fold(world.state, { event: signed, kid, hash });
    expect(foldIt(event(stranger.entityId), stranger.signer.kid)).toStrictEqual({ rejected: 'signer_unknown' });
    expect(foldIt(event(first.entityId), stranger.signer.kid)).toEqual({ rejected: 'key_unknown' });
    const next = await withNewKey(first);
    await world.do(first, 'key_announced', { use: 'federation', jwk: next.publicJwk });
    await world.do(first, 'key_activated', { use: 'federation', kid: next.signer.kid });
    expect(foldIt(event(first.entityId, 3), next.signer.kid)).toEqual({ rejected: 'key_unknown' });
  });

  test('is refused at the oldest that it may be', async () => {
    const world = active.fork();
    expect(await world.try(first, 'adapter_suspended', { ...HENANS, reason: 'misuse' }, { iat: NOW_S - 300 })).toBe(
      null,
    );
    expect(world.state.time_s).toBe(NOW_S);
  });
});
