import { describe, expect, test } from 'vitest';
import type { AdapterAnswer } from '../../adapters/adapter.ts';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import { UpstreamError, type UpstreamErrorCode } from '../../adapters/upstream-error.ts';
import { adapterIdOf } from '../../schemas/adapter-id.ts';
import { LoadGauge, SHED_BEYOND } from '../access/load-gauge.ts';
import { type OpenCache, openCache } from '../cache/open-cache.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { signStatement } from '../issuing/sign-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { plainly } from '../trust/signer.ts';
import { AnswerTimes } from '../upstream/answer-times.ts';
import type { ProvinceAnswer } from '../upstream/question.ts';
import { SingleFlight } from '../upstream/single-flight.ts';
import type { Recalled } from './knowledge.ts';
import { recallAnswer } from './recall-answer.ts';
import type { Subject } from './recognise-code.ts';
import { subjectOf } from './subject.fixture.ts';
import type { RecallContext } from './verification-context.ts';

const FRESH_S = 60;
const GRACE_S = 300;
const SUBJECT = subjectOf({ ...SAMPLE, freshness_s: FRESH_S, stale_grace_s: GRACE_S });
const ADAPTER = SUBJECT.adapter;
const GREEN: AdapterAnswer = {
  kind: 'found',
  translation: {
    claims: {
      status: 'green',
      status_as_of: '2022-06-13T08:00:00+08:00',
      ground: [],
      provenance: null,
      handle: 'HANDLE-OF-NOBODY',
      flags: [],
    },
    localGroundOnly: false,
    reasons: [],
    unmapped: [],
  },
  statement: null,
};
const METRICS = createMetrics();

interface World {
  readonly context: RecallContext;
  readonly open: OpenCache;
  readonly clock: { nowMs: number };
  readonly province: { asked: number; says: () => Promise<ProvinceAnswer> };
  readonly load: LoadGauge;
  readonly limited: { now: boolean };
}

function world(): World {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const nowMs = () => clock.nowMs;
  const open = openCache({ redis: null, secret: null, nowMs, count: () => {}, onInvalidated: () => {} });
  const province: World['province'] = { asked: 0, says: async () => GREEN };
  const load = new LoadGauge(() => {});
  const limited = { now: false };
  const context: RecallContext = {
    ask: async () => {
      province.asked += 1;
      return await province.says();
    },
    cache: open.cache,
    flights: new SingleFlight(),
    answerTimes: new AnswerTimes(),
    provinceLimit: { take: () => (limited.now ? { 'retry-after': '1' } : null) },
    load,
    issuerKeys: async () => Promise.reject(new Error('nothing is signed here')),
    nodeKeys: async () => Promise.reject(new Error('nobody is asked by node here')),
    sm2Verify: () => false,
    nowMs,
    metrics: METRICS,
  };
  return { context, open, clock, province, load, limited };
}

function failing(code: UpstreamErrorCode) {
  return async (): Promise<AdapterAnswer> => {
    throw new UpstreamError(code, 'fails');
  };
}

function colour(recalled: Recalled): string {
  return recalled.kind === 'claims' ? recalled.claims.status : recalled.kind;
}

describe('within freshness', () => {
  test('the province is asked again, or not asked again after it', async () => {
    const { context, clock, province } = world();
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cold');
    clock.nowMs += FRESH_S * 1000 - 1;
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cached');
    expect(province.asked).toBe(1);
    clock.nowMs += 1;
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cold');
    expect(province.asked).toBe(2);
  });

  test('one code is answered with what was said about another, or by another version of the adapter', async () => {
    const { context, province } = world();
    await recallAnswer(context, SUBJECT);
    await recallAnswer(context, { ...SUBJECT, token: 'TOKEN-OF-NOBODY-ELSE' });
    await recallAnswer(context, { ...SUBJECT, adapter: { ...ADAPTER, digest: 'digest-2' } });
    expect(province.asked).toBe(3);
  });

  test('10,000 scans of one new code are more than one question', async () => {
    const { context, province } = world();
    const gate = Promise.withResolvers<ProvinceAnswer>();
    province.says = () => gate.promise;
    const scans = Array.from({ length: 10_000 }, () => recallAnswer(context, SUBJECT));
    gate.resolve(GREEN);
    expect(new Set((await Promise.all(scans)).map(colour))).toEqual(new Set(['green']));
    expect(province.asked).toBe(1);
  });

  test('"no such code" is asked at every scan, or is remembered for long', async () => {
    const { context, clock, province } = world();
    province.says = async () => ({ kind: 'absent', why: 'unknown' });
    for (let n = 0; n < 3; n += 1) {
      expect(await recallAnswer(context, SUBJECT)).toMatchObject({ kind: 'absent', why: 'unknown' });
    }
    expect(province.asked).toBe(1);
    clock.nowMs += 5_000;
    province.says = async () => GREEN;
    expect(colour(await recallAnswer(context, SUBJECT))).toBe('green');
  });

  test('what a breaker refuses is taken for a quick answer of its province', async () => {
    const { context, province } = world();
    const timed = async () => (await METRICS.upstreamSeconds.get()).values.filter(({ value }) => value > 0);
    const [id, before] = [adapterIdOf(ADAPTER.manifest), await timed()];
    province.says = failing('breaker_open');
    for (let n = 0; n < 20; n += 1) await recallAnswer(context, { ...SUBJECT, token: `TOKEN-${n}` });
    expect(context.answerTimes.usualMs(id)).toBe(new AnswerTimes().usualMs(id));
    expect(await timed()).toEqual(before);
  });

  test('a failure is remembered', async () => {
    const { context, province } = world();
    province.says = failing('status');
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
    province.says = async () => GREEN;
    expect(colour(await recallAnswer(context, SUBJECT))).toBe('green');
  });
});

describe('a province that fails', () => {
  test.each([
    'timeout',
    'connect_failed',
    'reset',
    'status',
    'busy',
    'breaker_open',
    'malformed',
  ] as const)('with %s is not stood in for, or is past its grace', async (code) => {
    const { context, clock, province } = world();
    await recallAnswer(context, SUBJECT);
    province.says = failing(code);
    clock.nowMs += (FRESH_S + GRACE_S) * 1000 - 1;
    const stale = await recallAnswer(context, SUBJECT);
    expect([stale.path, colour(stale)]).toEqual(['stale', 'green']);
    clock.nowMs += 1;
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
  });

  test('by signing wrongly is stood in for', async () => {
    const { context, clock, province } = world();
    await recallAnswer(context, SUBJECT);
    clock.nowMs += FRESH_S * 1000;
    province.says = failing('signature');
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
  });

  test('is stood in for by an answer as of a time that our clock has not reached', async () => {
    const { context, clock, province } = world();
    const status_as_of = new Date(clock.nowMs + FRESH_S * 1000 + 1).toISOString();
    if (GREEN.kind !== 'found') throw new Error('not a green');
    const { translation } = GREEN;
    const ahead = { ...translation, claims: { ...translation.claims, status_as_of } };
    province.says = async () => ({ ...GREEN, translation: ahead });
    await recallAnswer(context, SUBJECT);
    province.says = failing('timeout');
    clock.nowMs += FRESH_S * 1000;
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
    clock.nowMs += 1;
    expect((await recallAnswer(context, SUBJECT)).path).toBe('stale');
  });

  test('is stood in for by what it withdrew', async () => {
    const { context, open, clock, province } = world();
    await recallAnswer(context, SUBJECT);
    clock.nowMs += FRESH_S * 1000;
    await open.invalidate({ kind: 'province', province: '410000' }, clock.nowMs);
    province.says = failing('timeout');
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
  });

  test.each([
    ['withdrawn', async ({ open }: World) => await open.invalidate({ kind: 'province', province: '410000' }, 0)],
    ['past its grace', async ({ clock }: World) => Object.assign(clock, { nowMs: clock.nowMs + GRACE_S * 1000 })],
  ])('is stood in for by what is %s by the time that it has failed', async (_what, meanwhile) => {
    const made = world();
    const { context, clock, province } = made;
    await recallAnswer(context, SUBJECT);
    clock.nowMs += FRESH_S * 1000;
    province.says = async () => {
      await meanwhile(made);
      throw new UpstreamError('timeout', 'fails');
    };
    expect((await recallAnswer(context, SUBJECT)).kind).toBe('unknowable');
  });

  test('is asked beyond its rate, or a scan is refused that an earlier answer could serve', async () => {
    const { context, clock, province, limited } = world();
    await recallAnswer(context, SUBJECT);
    limited.now = true;
    clock.nowMs += FRESH_S * 1000;
    expect((await recallAnswer(context, SUBJECT)).path).toBe('stale');
    await expect(recallAnswer(context, { ...SUBJECT, token: 'ANOTHER' })).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'retry-after': '1' },
    });
    expect(province.asked).toBe(1);
  });
});

describe('a signed answer', () => {
  const NODE = 'https://issuer.example';
  const signed: Subject = { ...SUBJECT, adapter: { ...ADAPTER, manifest: { ...ADAPTER.manifest, node: NODE } } };
  const LONG_S = 10 * GRACE_S;

  test.each([
    ['its statement', { statementS: FRESH_S / 2, chainS: LONG_S }],
    ['its signer’s chain', { statementS: LONG_S, chainS: FRESH_S / 2 }],
  ])('is fresh beyond the end of %s, or stands in after it', async (_what, { statementS, chainS }) => {
    const { context, clock, province } = world();
    const key = await makeKey('node');
    const atS = clock.nowMs / 1000;
    const { claims } = GREEN.kind === 'found' ? GREEN.translation : { claims: null };
    if (claims === null) throw new Error('no claims');
    const statement = await signStatement(claims, { iss: NODE, iat: atS, exp: atS + statementS }, plainly(key.signer));
    province.says = async () => ({ kind: 'stated', statement, reasons: [], localGroundOnly: false, way: 'node' });
    const keys = { entityId: NODE, jwks: { keys: [key.jwk] }, expS: atS + chainS };
    const asking: RecallContext = { ...context, nodeKeys: async () => keys };
    await recallAnswer(asking, signed);
    clock.nowMs += (FRESH_S / 2) * 1000 - 1;
    expect((await recallAnswer(asking, signed)).path).toBe('cached');
    clock.nowMs += 1;
    province.says = failing('timeout');
    expect((await recallAnswer(asking, signed)).kind).toBe('unknowable');
  });
});

describe('what was withdrawn', () => {
  test('is answered from the cache', async () => {
    const { context, open, province } = world();
    await recallAnswer(context, SUBJECT);
    const tags = open.keys.tagsOf('410000', 'HANDLE-OF-NOBODY');
    await open.invalidate({ kind: 'handle', province: '410000', tags }, 0);
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cold');
    expect(province.asked).toBe(2);
  });

  test('while the province answered is answered, or kept', async () => {
    const { context, open, province } = world();
    province.says = async () => {
      const tags = open.keys.tagsOf('410000', 'HANDLE-OF-NOBODY');
      if (province.asked === 1) await open.invalidate({ kind: 'handle', province: '410000', tags }, 0);
      return GREEN;
    };
    await recallAnswer(context, SUBJECT);
    expect(province.asked).toBe(2);
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cached');
  });

  test('is mixed up with what has aged, which still stands in', async () => {
    const { context, clock, open, province } = world();
    await recallAnswer(context, SUBJECT);
    await open.cache.forgetProvince('410000', 'aged');
    province.says = failing('timeout');
    expect((await recallAnswer(context, SUBJECT)).path).toBe('stale');
    clock.nowMs += 1;
    province.says = async () => GREEN;
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cold');
    expect((await recallAnswer(context, SUBJECT)).path).toBe('cached');
  });
});

test('under overload a repeat is answered before a scan that is new', async () => {
  const { context, load } = world();
  await recallAnswer(context, SUBJECT);
  for (let reading = 0; reading < 3; reading += 1) load.note(SHED_BEYOND.repeat.lagMs + 1);
  await expect(async () => recallAnswer(context, SUBJECT)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await recallAnswer(context, { ...SUBJECT, token: 'NEW' })).path).toBe('cold');
});
