import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { httpLogSource } from './http-log-source.ts';

const source = (get: () => Promise<{ status: number; bytes: Uint8Array }>) =>
  httpLogSource({ baseUrl: 'https://registry.example', fetchBytes: { get }, waitS: 0 });
const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

test('a question leaves a listener behind on the signal of a node that runs for months', async () => {
  const stopped = new AbortController();
  const answering = source(async () => ({ status: 200, bytes: Buffer.from('a note') }));
  for (let times = 0; times < 3; times += 1) await answering.checkpoint(null, stopped.signal);
  expect(listeners(stopped)).toBe(0);
  const away = source(() => Promise.reject(new Error('away')));
  await expect(away.checkpoint(null, stopped.signal)).rejects.toMatchObject({ code: 'registry_unavailable' });
  expect(listeners(stopped)).toBe(0);
});

test('whoever stops waits for a registry that does not answer', async () => {
  const silent = source(() => new Promise(() => undefined));
  const stopped = new AbortController();
  const asked = silent.checkpoint(null, stopped.signal);
  stopped.abort();
  await expect(asked).rejects.toMatchObject({ code: 'registry_unavailable' });
  await expect(silent.checkpoint(null, stopped.signal)).rejects.toMatchObject({ code: 'registry_unavailable' });
  expect(listeners(stopped)).toBe(0);
});
