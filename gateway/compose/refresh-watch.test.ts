import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createMetrics } from '../coverage/metrics.ts';
import { watchRefreshes } from './refresh-watch.ts';

test('what could not be refreshed is told at every try, never, or goes on being told once it was', async () => {
  const metrics = createMetrics();
  const { refreshFailures, refreshFailing } = metrics;
  const failing = async () => (await refreshFailing.get()).values.map(({ labels, value }) => [labels.what, value]);
  const lines: string[] = [];
  const onRefresh = watchRefreshes(metrics, pino({ base: null }, { write: (line) => void lines.push(line) }));
  for (const fault of [null, 'timeout', 'timeout', 'signature']) onRefresh('adapter', '900000', fault);
  expect(await failing()).toEqual([['adapter', 1]]);
  for (const fault of [null, null]) onRefresh('adapter', '900000', fault);
  expect(await failing()).toEqual([['adapter', 0]]);
  onRefresh('chain', 'https://henan.example', null);
  const told = lines.map((line) => /"code":"(\w+)"|refreshed again/.exec(line)).map((found) => found?.[1] ?? 'again');
  expect(told).toEqual(['timeout', 'signature', 'again']);
  const { values } = await refreshFailures.get();
  expect(values.map(({ labels, value }) => [labels, value])).toEqual([[{ what: 'adapter', of: '900000' }, 3]]);
});
