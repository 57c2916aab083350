import { beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { EVERY_FORM, PLAIN_FORM, type TokenForm } from '../../schemas/token-form.ts';
import { LoadGauge } from '../access/load-gauge.ts';
import { openCache } from '../cache/open-cache.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { signStatement } from '../issuing/sign-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { formOf } from '../trust/status-statement.ts';
import { TurnSigner } from '../trust/turn-signer.ts';
import { AnswerTimes } from '../upstream/answer-times.ts';
import type { ProvinceAnswer, Question } from '../upstream/question.ts';
import { SingleFlight } from '../upstream/single-flight.ts';
import type { Recalled } from './knowledge.ts';
import { recallAnswer } from './recall-answer.ts';
import { subjectOf } from './subject.fixture.ts';
import type { RecallContext } from './verification-context.ts';

const NODE = 'https://issuer.example';
const AT_S = 1_767_225_600;
const FRESH_S = 60;
const METRICS = createMetrics();
const SUBJECT = subjectOf({ ...SAMPLE, freshness_s: FRESH_S, stale_grace_s: 300, node: NODE, route: ['node'] });

let key: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  key = await makeKey('statements');
});

/** A node that signs what it is asked in whichever form is taken, two tokens a turn. */
function world(says: (question: Question) => readonly TokenForm[] = ({ forms }) => forms) {
  const clock = { nowMs: AT_S * 1000 };
  const nowMs = () => clock.nowMs;
  const asked: (readonly TokenForm[])[] = [];
  const node = { isAway: false };
  const turns = new TurnSigner(() => key.signer);
  const sign = async (forms: readonly TokenForm[]): Promise<ProvinceAnswer> => {
    const status_as_of = new Date(clock.nowMs).toISOString();
    const claims = { status: 'green' as const, status_as_of, ground: [], provenance: null, handle: 'H', flags: [] };
    const iat = Math.floor(clock.nowMs / 1000);
    const both = ['one', 'another'].map(() =>
      signStatement(claims, { iss: NODE, iat, exp: iat + 300 }, turns.signFor(forms)),
    );
    const [statement = ''] = await Promise.all(both);
    return { kind: 'stated', statement, reasons: [], localGroundOnly: false, way: 'node' };
  };
  const context: RecallContext = {
    ask: async (_adapter, question) => {
      asked.push(question.forms);
      if (node.isAway) throw new UpstreamError('connect_failed', 'away');
      return await sign(says(question));
    },
    cache: openCache({ redis: null, secret: null, nowMs, count: () => {}, onInvalidated: () => {} }).cache,
    flights: new SingleFlight(),
    answerTimes: new AnswerTimes(),
    provinceLimit: { take: () => null },
    load: new LoadGauge(() => {}),
    issuerKeys: async () => Promise.reject(new Error('the province signs nothing here')),
    nodeKeys: async (entityId) => ({ entityId, jwks: { keys: [key.jwk] }, expS: AT_S + 10_000 }),
    sm2Verify: () => false,
    nowMs,
    metrics: METRICS,
  };
  const scan = (forms: readonly TokenForm[]) => recallAnswer(context, { ...SUBJECT, forms });
  return { scan, asked, clock, node };
}

const shown = (recalled: Recalled) =>
  recalled.kind === 'claims' && recalled.statement !== null ? [recalled.path, formOf(recalled.statement)] : recalled;

describe('an answer that is kept in the Merkle form', () => {
  test('is shown to a venue that takes plain ones alone, or the plain one does not serve both afterwards', async () => {
    const { scan, asked } = world();
    expect(shown(await scan(EVERY_FORM))).toEqual(['cold', 'merkle']);
    expect(shown(await scan(EVERY_FORM))).toEqual(['cached', 'merkle']);
    expect(shown(await scan(PLAIN_FORM))).toEqual(['cold', 'jws']);
    expect(shown(await scan(PLAIN_FORM))).toEqual(['cached', 'jws']);
    expect(shown(await scan(EVERY_FORM))).toEqual(['cached', 'jws']);
    expect(asked).toEqual([EVERY_FORM, PLAIN_FORM]);
  });

  test('stands in for a province that is away where it is not taken', async () => {
    const { scan, clock, node } = world();
    await scan(EVERY_FORM);
    clock.nowMs += FRESH_S * 1000;
    node.isAway = true;
    expect(await scan(PLAIN_FORM)).toMatchObject({ kind: 'unknowable', reasons: ['issuer_unavailable'] });
    expect(shown(await scan(EVERY_FORM))).toEqual(['stale', 'merkle']);
  });

  test('is shown to whoever waits for a plain one at the same moment', async () => {
    const { scan, asked } = world();
    const both = await Promise.all([scan(EVERY_FORM), scan(PLAIN_FORM), scan(EVERY_FORM), scan(PLAIN_FORM)]);
    expect(both.map(shown)).toEqual([
      ['cold', 'merkle'],
      ['cold', 'jws'],
      ['cold', 'merkle'],
      ['cold', 'jws'],
    ]);
    expect(asked).toHaveLength(2);
  });
});

test('a node that hands over a form that was not asked for is believed', async () => {
  const { scan } = world(() => EVERY_FORM);
  expect(await scan(PLAIN_FORM)).toMatchObject({
    kind: 'unknowable',
    reasons: ['issuer_unavailable', 'issuer_reply_invalid'],
  });
});
