import { expect, test } from 'vitest';
import { guardAsk } from './province-breaker.ts';

test('a way that cannot even be opened throws at whoever asks, and what was admitted is never heard of', async () => {
  const fault = new Error('no certificate to prove itself with');
  const guarded = guardAsk<{ readonly token: string }, string>(
    () => {
      throw fault;
    },
    () => undefined,
    1_000,
  );
  await expect(guarded.ask({ token: 'TOKEN-OF-NOBODY' }, 1_000)).rejects.toBe(fault);
  guarded.close();
});
