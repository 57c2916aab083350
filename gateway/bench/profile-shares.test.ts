import { expect, test } from 'vitest';
import { callsSchema, garbageSchema, timeSchema } from './observation.ts';
import { watch } from './observer.ts';
import { sharesOf } from './profile-shares.ts';

function node(id: number, functionName: string, url: string, children: number[] = []) {
  return { id, callFrame: { functionName, url, lineNumber: 9 }, children };
}

test('time spent idle, or in what has no file of its own, counts for the wrong part of the program', () => {
  const { parts, functions } = sharesOf({
    nodes: [
      node(1, '(root)', '', [2, 3, 6]),
      node(2, '(idle)', ''),
      node(3, 'verify', 'file:///x/gateway/verification/verify.ts', [4, 5]),
      node(4, 'parse', ''),
      node(5, 'request', 'file:///x/node_modules/undici/lib/api/api-request.js'),
      node(6, 'parserOnHeadersComplete', 'node:_http_common'),
    ],
    samples: [2, 3, 4, 5, 6],
    timeDeltas: [1_000, 10, 20, 30, 40],
  });
  expect(parts).toEqual([
    { name: 'node:_http_common', share: 0.4 },
    { name: 'gateway/verification', share: 0.3 },
    { name: 'undici', share: 0.3 },
  ]);
  expect(functions.map(({ name }) => name)).toContain('verify verification/verify.ts:10');
});

test('a process that is watched is not seen to make promises and timers, or is still watched afterwards', async () => {
  const work = async () => {
    for (let at = 0; at < 10; at += 1) await Promise.resolve(clearTimeout(setTimeout(() => {}, 0)));
  };
  const seen = await watch('calls');
  await work();
  const calls = callsSchema.parse(await seen());
  expect(calls.promises).toBeGreaterThanOrEqual(10);
  expect(calls.timers).toBeGreaterThanOrEqual(10);
  await work();
  expect(await seen()).toEqual(calls);
});

test('what a process allocates and lets go of is not seen as garbage, or its time is divided among nobody', async () => {
  const seenGarbage = await watch('garbage');
  let kept: number[] = [];
  // Several times what even a process that has run for long keeps young.
  for (let at = 0; at < 3_000; at += 1) kept = Array.from({ length: 10_000 }, (_, index) => index + at);
  const { bytes, collections } = garbageSchema.parse(await seenGarbage());
  expect(collections).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(kept.length);
  const seenTime = await watch('time');
  for (let at = 0; at < 300; at += 1) kept = Array.from({ length: 10_000 }, (_, index) => index + at);
  const { parts } = timeSchema.parse(await seenTime());
  expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});
