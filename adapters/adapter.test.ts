import { describe, expect, test } from 'vitest';
import { openAdapter } from './adapter.ts';
import { NOW_MS, openLoopback } from './drivers/loopback.fixture.ts';
import { SAMPLE } from './sample-manifest.fixture.ts';

const SECRETS = { paasid: 'p', token: 's' };
const RECORD = { colour: '1', time: '2022-03-10 07:59:00' };

describe('an adapter', () => {
  test('asks over HTTP and translates by its manifest at the time of the answer', async () => {
    const { context, clock } = await openLoopback(SECRETS, () => ({ body: { code: 0, data: RECORD } }));
    const adapter = openAdapter({ manifest: SAMPLE, ...context });
    const answer = await adapter.ask('tok');
    expect(answer).toMatchObject({
      kind: 'found',
      statement: null,
      translation: { claims: { status: 'green', status_as_of: '2022-03-09T23:59:00Z', handle: 'tok' }, reasons: [] },
    });
    clock.nowMs = NOW_MS + 4 * 86_400_000;
    await expect(adapter.ask('tok')).resolves.toMatchObject({ translation: { reasons: ['too_old'] } });
  });

  test('an absent code is an answer, and a manifest that declares a statement insists on it', async () => {
    const absent = await openLoopback(SECRETS, () => ({ body: { code: '404' } }));
    await expect(openAdapter({ manifest: SAMPLE, ...absent.context }).ask('tok')).resolves.toEqual({
      kind: 'absent',
      why: 'unknown',
    });
    const unsigned = await openLoopback(SECRETS, () => ({ body: { code: 0, data: RECORD } }));
    const signing = { ...SAMPLE, statement: { at: '/proof' } };
    await expect(openAdapter({ manifest: signing, ...unsigned.context }).ask('tok')).rejects.toThrow(
      expect.objectContaining({ code: 'signature' }),
    );
  });
});
