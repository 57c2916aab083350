import { expect, test } from 'vitest';

import { dpopProof, venueToken } from '../test/venue-token.fixture.ts';
import { thumbprintOf } from '../trust/dpop-proof.ts';
import { makeKey, makeParty } from '../trust/federation.fixture.ts';
import { Challenges } from './challenges.ts';
import { Possession, PROOF_REMEMBERED_MS } from './possession.ts';
import { NONCE_LIFE_MS, ProofNonces } from './proof-nonces.ts';
import type { SeenOnce } from './seen-once.ts';

const SECRET = 'a secret that all instances have in common';
const startedMs = Date.now();

test('a nonce is taken for longer than a proof is remembered, from another secret, or from one instance alone', () => {
  let nowMs = startedMs;
  const clock = () => nowMs;
  const [here, there, elsewhere] = [SECRET, SECRET, null].map((secret) => new ProofNonces(secret, clock));
  const nonce = here?.current() ?? '';
  expect([here, there, elsewhere].map((nonces) => nonces?.isTaken(nonce))).toEqual([true, true, false]);
  nowMs = startedMs + 60_000;
  expect([there?.current() === nonce, there?.isTaken(nonce)]).toEqual([false, true]);
  nowMs = startedMs + 120_000;
  expect(there?.isTaken(nonce)).toBe(false);
  expect(PROOF_REMEMBERED_MS).toBeGreaterThanOrEqual(NONCE_LIFE_MS);
});

test('a proof counts although nobody can tell whether it was used elsewhere', async () => {
  const unknown: SeenOnce = { has: async () => false, note: async () => undefined, claim: async () => 'unknown' };
  const nowMs = () => startedMs;
  const nonces = new ProofNonces(null, nowMs);
  const possession = new Possession({ nonces, seen: unknown, names: ['https://gw.example'], nowMs });
  const key = await makeKey('a venue’s');
  const token = await venueToken(await makeParty('https://venues.example'), {});
  const proof = await dpopProof(key, token, { htu: 'https://gw.example/v1/passes?a=b#c', nonce: nonces.current() });
  const request = { authorization: `DPoP ${token}`, proof, method: 'POST', path: '/v1/passes' };
  const challenges = new Challenges('https://m');
  const checked = await possession.check(request, { token, jkt: await thumbprintOf(key.jwk) }, challenges);
  await expect(possession.spend(checked, challenges, () => undefined)).rejects.toMatchObject({
    code: 'unavailable',
    headers: { 'retry-after': '1' },
  });
});
