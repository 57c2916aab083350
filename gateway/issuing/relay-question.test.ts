import { expect, test } from 'vitest';
import { UpstreamError, type UpstreamErrorCode } from '../../adapters/upstream-error.ts';
import { relayQuestion } from './relay-question.ts';

const ISSUER = { entityId: 'https://issuer.example', province: '460000' } as const;
const QUESTION = { authorization: 'Bearer a-token', body: '{}', hops: 2, withinMs: 1_000, trace: null };

/** What whoever asks is told where the issuer's pool fails so. */
async function toldOf(code: UpstreamErrorCode, cause?: unknown): Promise<unknown> {
  const pools = { ask: () => Promise.reject(new UpstreamError(code, 'as the pool says it', { cause })) };
  return await relayQuestion(pools, ISSUER, QUESTION).catch((error: unknown) => error);
}

test('a relay that has too much to do says that the issuer misbehaves, or that nobody reaches it', async () => {
  expect(await toldOf('busy')).toMatchObject({ code: 'unavailable', headers: { 'retry-after': '1' } });
});

test.each<[UpstreamErrorCode, string]>([
  ['timeout', 'node_unreachable'],
  ['connect_failed', 'node_unreachable'],
  ['oversize', 'node_reply_invalid'],
])('an issuer whose %s it is is told as something else than %s', async (code, told) => {
  expect(await toldOf(code)).toMatchObject({ code: told });
  expect(await toldOf('breaker_open', new UpstreamError(code, 'what opened it'))).toMatchObject({ code: told });
});
