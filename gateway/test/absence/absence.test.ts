import { beforeAll, describe, expect, test } from 'vitest';
import type { Federation } from './federation.ts';
import { makeFederation } from './federation.ts';
import { ALL_GOOD, conditionsOf, INPUT_NAMES } from './inputs.ts';
import { run } from './run.ts';
import { faultIn, search } from './search.ts';
import { tableText } from './table.ts';

let federation: Federation;
beforeAll(async () => {
  federation = await makeFederation();
});

test.each(['green', 'red'] as const)('a %s with nothing wrong is not acted upon', async (colour) => {
  expect(faultIn(ALL_GOOD, colour, await run(federation, ALL_GOOD, colour))).toBeNull();
});

describe.each(INPUT_NAMES)('something is acted upon though the %s is', (input) => {
  const faults = conditionsOf(input).filter((condition) => condition !== 'good');
  test.each(faults)('%s', async (fault) => {
    // What is kept counts only where the province gives nothing.
    const away = input === 'cache' ? { upstream: 'unreachable' as const } : {};
    const combination = { ...ALL_GOOD, ...away, [input]: fault };
    for (const colour of ['green', 'red'] as const) {
      expect(faultIn(combination, colour, await run(federation, combination, colour))).toBeNull();
    }
  });
});

test('something is acted upon though several things are wrong', async () => {
  const { findings, outcomes } = await search(federation, { runs: 1_200, seed: 20_221_204 });
  expect(findings).toEqual([]);
  // Whoever meets good answers alone, or none, proves nothing.
  expect(Object.keys(outcomes).length).toBeGreaterThan(60);
  expect(outcomes['pass: ok | verified | verified']).toBeGreaterThan(10);
  expect(outcomes['restrict: red_ground | verified | verified']).toBeGreaterThan(10);
});

test('two runs make another table', async () => {
  expect(await tableText(federation)).toBe(await tableText(await makeFederation()));
});
