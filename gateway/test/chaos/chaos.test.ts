import { describe, expect, test } from 'vitest';
import { answeredOf, heldUpBy, MOST_HELD_UP, reportOf } from './report.ts';
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
  }, 180_000);
});

test('one slow turn is taken for a province that holds the others up, or one that does so is not', () => {
  const turn = (healthyMs: number, hungMs: number) => ({ healthyMs, hungMs });
  const noisy = [turn(30, 28), turn(31, 400), turn(200, 33), turn(29, 31), turn(30, 32)];
  expect(heldUpBy(noisy)).toBeLessThan(MOST_HELD_UP);
  const heldUp = [turn(30, 3_000), turn(31, 2_900), turn(900, 3_000), turn(29, 2_950), turn(30, 3_100)];
  expect(heldUpBy(heldUp)).toBeGreaterThan(MOST_HELD_UP);
});
