import { expect, test } from 'vitest';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { CheckpointWaits } from './checkpoint-waits.ts';

const REGISTRY = { folded: () => EMPTY_STATE, onChange: () => () => undefined };
/** Longer than a test takes. */
const WAIT_MS = 600_000;

test.each<[string, () => Promise<string | undefined>]>([
  ['that is away', () => Promise.reject(new Error('away'))],
  ['whose checkpoint is damaged', async () => 'no checkpoint'],
])('whoever waits for the log hears of a store %s when time is up, or the process ends', async (_what, newest) => {
  const waits = new CheckpointWaits(REGISTRY, newest);
  const told = waits.otherThan(3, { waitMs: WAIT_MS, peer: 'here', gone: new AbortController().signal });
  await expect(told.catch(({ message }: Error) => message)).resolves.toMatch(/away|no checkpoint/);
  expect(waits.waiting).toBe(0);
  waits.close();
});
