import { describe, expect, test } from 'vitest';
import { answeredOf, isHeldUp, reportOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

/** The slice that every run of the tests can afford; `npm run chaos` takes either kind of Redis, for as long as it is told. */
describe('the fault lab on Redis (cluster)', () => {
  test('finds a wrong answer, an unanswered scan that nothing explains, or a trace of a holder', async () => {
    const result = await runChaos({
      seed: 20_220_613,
      redis: 'cluster',
      faultsForMs: 4_000,
      faultMs: 700,
      recoveryMs: 500,
      recordsEach: 8,
      events: 30,
      stampede: 500,
      surgeMs: 1_500,
      turns: 1,
      turnMs: 200,
      onProgress: () => {},
    });
    process.stdout.write(reportOf(result));
    expect(result.violations).toEqual([]);
    expect(result.leaks).toEqual([]);
    expect(result.stampede.answered).toBe(result.stampede.scans);
    expect(result.stampede.upstreamCalls).toBeLessThanOrEqual(result.stampede.gateways);
    // An event that is answered with 503 may be effective on the process that got it.
    expect(result.invalidation.effects).toBeGreaterThanOrEqual(result.invalidation.wanted);
    const failures = [...result.tallies.values()].flatMap(({ failures: found }) => [...found.keys()]);
    expect(failures).not.toContain('internal');
    const healthy = result.tallies.get('nothing is wrong');
    if (healthy === undefined) throw new Error('nothing was scanned');
    expect(answeredOf(healthy) / healthy.scans).toBeGreaterThan(0.9);
  });
});

test('two slow turns of five are taken for a province that holds the others up, or three are not', () => {
  const turns = (...hungMs: number[]) => hungMs.map((ms) => ({ healthyMs: 100, hungMs: ms }));
  expect(isHeldUp(turns(90, 4_000, 199, 110, 3_000))).toBe(false);
  expect(isHeldUp(turns(90, 4_000, 201, 110, 3_000))).toBe(true);
  // A turn that was slow without a fault says nothing either.
  const slow = { healthyMs: 4_000, hungMs: 100 };
  expect(isHeldUp([...turns(201, 201, 201), slow, slow])).toBe(true);
  expect(isHeldUp([...turns(199, 201, 201), slow, slow])).toBe(false);
});
