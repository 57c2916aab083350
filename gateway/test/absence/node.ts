import { randomUUID } from 'node:crypto';
import { UpstreamError } from '../../../adapters/upstream-error.ts';
import type { Mandate } from '../../../schemas/mandate.ts';
import { LoadGauge } from '../../access/load-gauge.ts';
import { openCache } from '../../cache/open-cache.ts';
import { CoverageCounter } from '../../coverage/coverage-counter.ts';
import { createMetrics } from '../../coverage/metrics.ts';
import { Signals } from '../../coverage/signals.ts';
import { KeyError } from '../../keys/key-error.ts';
import { NATIONAL_BASELINE } from '../../policy/baseline.ts';
import { type CompiledPolicy, compilePolicy } from '../../policy/decide.ts';
import { ProblemError } from '../../problem-error.ts';
import { createRegistryState, type RegistryState } from '../../registry/registry-state.ts';
import { EntityResolver } from '../../trust/entity-resolver.ts';
import { ProvinceTrust } from '../../trust/province-trust.ts';
import type { Signer } from '../../trust/signer.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { TurnSigner } from '../../trust/turn-signer.ts';
import { AnswerTimes } from '../../upstream/answer-times.ts';
import { SingleFlight } from '../../upstream/single-flight.ts';
import type { VerificationContext } from '../../verification/verification-context.ts';
import { chainsName, type Federation } from './federation.ts';
import { ALL_GOOD, type Combination, type Condition } from './inputs.ts';
import { AT_S, askProvince, type Colour, MANIFEST } from './province.ts';

/** A destination as it is composed of its real parts; every network edge and the clock are played. */

const DAY_S = 86_400;
const IGNORE = () => undefined;
export const METRICS = createMetrics();
/** Made once, since that takes longer than a scan: runs are one after another, and each has a code of its own. */
const CLOCK = { ms: AT_S * 1000 };
const nowMs = () => CLOCK.ms;
const { cache: CACHE } = openCache({ redis: null, secret: null, nowMs, count: IGNORE, onInvalidated: IGNORE });
const SIGNALS = new Signals(AT_S * 1000, { onCount: IGNORE, onChange: IGNORE });

/** The clock that the gateway reads, epoch seconds. */
export function gatewayClockS(clock: Condition): number {
  if (clock === 'bad') return AT_S + DAY_S;
  if (clock === 'missing') return Number.NaN;
  return clock === 'stale' ? AT_S - 2 * DAY_S : AT_S;
}

/** The clock that whoever verifies reads, epoch seconds. */
export function verifierClockS(clock: Condition): number {
  if (clock === 'missing') return Number.NaN;
  return clock === 'contradictory' ? AT_S - 3600 : AT_S;
}

const MANDATE: Mandate = {
  id: 'a-mandate',
  instrument: { title: { zh: '样例', en: 'Sample' }, citation: 'made up' },
  issued_by: 'https://anchor.example',
  valid_from: instant(AT_S - 10 * DAY_S),
  valid_until: instant(AT_S + 10 * DAY_S),
  regions: ['44'],
  venue_kinds: ['hospital'],
  purposes: ['medical_visit'],
  holder_classes: ['any_traveller'],
  auditors: [],
};
const LATER: Mandate = {
  ...MANDATE,
  id: 'a-later-mandate',
  valid_from: instant(AT_S - 5 * DAY_S),
  purposes: ['border_crossing'],
  supersedes: MANDATE.id,
};
const MANDATES: Readonly<Record<Condition, readonly Mandate[]>> = {
  good: [MANDATE],
  bad: [{ ...MANDATE, purposes: ['border_crossing'] }],
  missing: [],
  stale: [{ ...MANDATE, valid_until: instant(AT_S - DAY_S) }],
  wrong_signer: [MANDATE],
  unreachable: [MANDATE],
  contradictory: [MANDATE, LATER],
};

const BASELINE = compilePolicy(NATIONAL_BASELINE);
const table = (rows: typeof NATIONAL_BASELINE.rows) =>
  compilePolicy({ ...NATIONAL_BASELINE, id: 'a-table', destination: '440000', rows });
const POLICIES: Readonly<Record<Condition, CompiledPolicy>> = {
  good: table(NATIONAL_BASELINE.rows),
  bad: table([
    { when: { status: ['green'] }, decision: 'restrict' },
    { when: {}, decision: 'pass' },
  ]),
  missing: table([{ when: { venue_kind: ['hotel'] }, decision: 'pass' }]),
  stale: BASELINE,
  wrong_signer: BASELINE,
  unreachable: BASELINE,
  contradictory: table([{ when: {}, decision: 'refer' }, ...NATIONAL_BASELINE.rows]),
};

function stateOf({ registry, mandate, policy }: Combination, digest: string): RegistryState {
  const adapter = { manifest: MANIFEST, digest, conformance: null };
  const stage = registry === 'bad' ? ('suspended' as const) : ('active' as const);
  const isEmpty = registry === 'unreachable';
  return createRegistryState({
    adapters: isEmpty || registry === 'missing' ? [] : [{ ...adapter, stage }],
    mandates: isEmpty ? [] : MANDATES[mandate],
    baseline: BASELINE,
    policies: new Map(isEmpty ? [] : [['440000', POLICIES[policy]]]),
  });
}

/** What the log says of the province's statement key. */
function loggedKey({ registry }: Combination, { world }: Federation) {
  const life = { use: 'statement', jwk: world.province.statements.jwk, announced_s: 0, expires_s: null } as const;
  if (registry === 'contradictory')
    return { ...life, state: 'revoked', retired_s: null, revoked_s: AT_S - 60 } as const;
  if (registry === 'stale') return { ...life, state: 'retired', retired_s: AT_S - 2 * DAY_S, revoked_s: null } as const;
  return { ...life, state: 'active', retired_s: null, revoked_s: null } as const;
}

function trustOf(combination: Combination, federation: Federation, nowS: () => number): ProvinceTrust {
  const { anchor, province } = federation.world;
  const directory = {
    entityIds: () => [province.entityId],
    entityIdOf: () => province.entityId,
    provinceOf: () => '410000' as const,
  };
  const folded = {
    entities: new Map([[province.entityId, { keys: [loggedKey(combination, federation)] }]]),
    subordinates: new Map(),
  };
  const resolver = new EntityResolver({
    anchor: () => ({ entity_id: anchor.entityId, jwks: { keys: [anchor.jwk] } }),
    chainOf: async () => chainsOf(combination, federation).province,
    nowS,
    isVouchedFor: () => combination.registry !== 'wrong_signer',
  });
  return new ProvinceTrust({ resolver, directory, folded: () => folded });
}

/** The chains as whoever asks for them gets them. Throws TrustError `fetch_failed` where nobody hands them out. */
export function chainsOf({ chain, key }: Combination, federation: Federation) {
  const chains = federation.chains.get(chainsName(chain, key));
  if (chains === undefined) throw new TrustError('fetch_failed', 'nobody hands the chain out');
  return chains;
}

/** The gateway's own signer. Throws, at once or when it signs, where it cannot. */
export function signerOf({ key, clock }: Combination, { world, strangers }: Federation): Signer {
  const { signer } = world.gateway.answers;
  if (clock === 'unreachable') throw new ProblemError('unavailable', 'the clock of this gateway is off');
  switch (key) {
    case 'missing':
      throw new KeyError('key_unknown', 'the ring holds no key');
    case 'wrong_signer':
      return strangers.answers.signer;
    case 'unreachable':
      return { ...signer, sign: async () => Promise.reject(new KeyError('token_unavailable', 'the token is away')) };
    case 'bad':
      return { ...signer, sign: (input) => signer.sign(Uint8Array.from(input, (octet) => octet ^ 1)) };
    case 'good':
    case 'stale':
    case 'contradictory':
      return signer;
  }
}

/** The node as it stands when the scan comes: what is kept was learnt earlier, while all was well. */
export function openNode(combination: Combination, federation: Federation, colour: Colour) {
  const at = (present: Combination, atS: number, lifeS: number, digest: string): VerificationContext => {
    const state = stateOf(present, digest);
    const trust = trustOf(present, federation, () => Math.floor(nowMs() / 1000));
    const { upstream, evidence } = present;
    const signer = () => signerOf(present, federation);
    const gateway = { entityId: federation.world.gateway.entityId, signer, signFor: new TurnSigner(signer).signFor };
    return {
      gatewayOf: () => gateway,
      anyGateway: () => null,
      registry: () => state,
      ask: async (_adapter, { token }) =>
        await askProvince({ federation, colour, atS, lifeS, upstream, evidence }, token, nowMs()),
      cache: CACHE,
      flights: new SingleFlight(),
      answerTimes: new AnswerTimes(),
      provinceLimit: { take: () => null },
      load: new LoadGauge(IGNORE),
      issuerKeys: (province, reread) => trust.issuerKeys(province, reread),
      nodeKeys: async () => Promise.reject(new UpstreamError('connect_failed', 'nobody is asked by node here')),
      agencies: async () => ({ agencies: [], outOfReach: [] }),
      sm2Verify: () => false,
      nowMs,
      newId: randomUUID,
      metrics: METRICS,
      coverage: new CoverageCounter(),
      signals: SIGNALS,
      unknownCodes: { note: () => false },
    };
  };
  return {
    clock: CLOCK,
    /** A scan of some time ago that left its answer in the cache. */
    earlier: (agoS: number, lifeS: number, digest = 'd'.repeat(43)) => at(ALL_GOOD, AT_S - agoS, lifeS, digest),
    now: () => at(combination, AT_S, 300, 'd'.repeat(43)),
    withdraw: () => CACHE.forgetProvince('410000', 'province'),
  };
}

function instant(timeS: number): string {
  return new Date(timeS * 1000).toISOString();
}
