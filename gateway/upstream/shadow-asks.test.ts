import { describe, expect, test, vi } from 'vitest';
import type { AdapterAnswer } from '../../adapters/adapter.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { manifestSchema } from '../../schemas/manifest.ts';
import type { TrialMode } from '../../schemas/registry-event.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { compilePolicy } from '../policy/decide.ts';
import { HENAN, HENAN_2 } from '../registry/registry.fixture.ts';
import { createRegistryState, type RegisteredAdapter } from '../registry/registry-state.ts';
import { PATIENTLY } from '../test/patience.ts';
import type { Question } from './question.ts';
import { ShadowAsks } from './shadow-asks.ts';

const [active, tried] = [HENAN, HENAN_2].map(
  ({ manifest }, n): RegisteredAdapter => ({
    manifest: manifestSchema.parse(JSON.parse(manifest)),
    digest: `digest-${n}`,
    stage: 'active',
    conformance: null,
  }),
);
if (active === undefined || tried === undefined) throw new Error('no samples');
const baseline = compilePolicy(NATIONAL_BASELINE);

function stateWith(mode: TrialMode) {
  const trials = tried === undefined ? [] : [{ adapter: tried, mode }];
  return createRegistryState({
    adapters: [active].flatMap((a) => a ?? []),
    trials,
    mandates: [],
    baseline,
    policies: new Map(),
  });
}

function found(status: 'green' | 'red', flags: 'popup'[] = []): AdapterAnswer {
  const claims = { status, status_as_of: '2026-01-01T00:00:00Z', ground: [], provenance: null, handle: 'h', flags };
  const translation = { claims, localGroundOnly: false, reasons: [], unmapped: [] };
  return { kind: 'found', translation, statement: null };
}

function openShadow(answer: () => Promise<AdapterAnswer>) {
  const metrics = createMetrics();
  const ask = vi.fn((_adapter: RegisteredAdapter, _question: Question) => answer());
  let nowMs = 0;
  const shadow = new ShadowAsks(ask, metrics.shadowComparisons, () => nowMs);
  const counted = async () => {
    const { values } = await metrics.shadowComparisons.get();
    return values.map(({ labels, value }) => `${String(labels['result'])} ${value}`);
  };
  return { ask, shadow, counted, later: () => (nowMs += 1_000), metrics };
}

const asked = (token: string): Question => ({
  token,
  code: null,
  purpose: 'venue_entry',
  destination: null,
  forms: ['jws'],
  gateway: null,
});
const SHADOW = stateWith({ stage: 'shadow' });

describe('a shadow trial', () => {
  test.each([
    ['the same answer', () => found('green'), 'same 1'],
    ['another status', () => found('red'), 'status 1'],
    ['another flag', () => found('green', ['popup']), 'claims 1'],
    ['no such code', (): AdapterAnswer => ({ kind: 'absent', why: 'unknown' }), 'outcome 1'],
  ])('%s is counted as something else than %s', async (_name, answer, expected) => {
    const { shadow, counted } = openShadow(async () => answer());
    shadow.compare(SHADOW, active, asked('token'), found('green'));
    await vi.waitFor(async () => expect(await counted()).toEqual([expected]), PATIENTLY);
  });

  test('a version that fails is taken for one that differs, or throws', async () => {
    const { shadow, counted } = openShadow(() => Promise.reject(new UpstreamError('timeout', 'slow')));
    shadow.compare(SHADOW, active, asked('token'), found('green'));
    await vi.waitFor(async () => expect(await counted()).toEqual(['failed 1']), PATIENTLY);
  });

  test('doubles the load on a province', () => {
    const { shadow, ask, later } = openShadow(async () => found('green'));
    for (let n = 0; n < 100; n += 1) shadow.compare(SHADOW, active, asked(`token-${n}`), found('green'));
    expect(ask).toHaveBeenCalledTimes(5);
    later();
    shadow.compare(SHADOW, active, asked('token'), found('green'));
    expect(ask).toHaveBeenCalledTimes(6);
  });

  test('asks in a canary, where the version is served already', () => {
    const { shadow, ask } = openShadow(async () => found('green'));
    shadow.compare(stateWith({ stage: 'canary', percent: 50 }), active, asked('token'), found('green'));
    expect(ask).not.toHaveBeenCalled();
  });

  test('leaves a token in a metric', async () => {
    const { shadow, counted, metrics } = openShadow(async () => found('green'));
    shadow.compare(SHADOW, active, asked('a-token-of-somebody'), found('green'));
    await vi.waitFor(async () => expect(await counted()).toHaveLength(1), PATIENTLY);
    expect(await metrics.registry.metrics()).not.toContain('a-token-of-somebody');
  });
});
