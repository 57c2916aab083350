import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { keptLog, ownKeyStore } from '../authority/authority.fixture.ts';
import { PATIENTLY } from '../test/patience.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, NOW_S, naming, state } from '../trust/federation.fixture.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { RECOGNITION_GATEWAY } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { watchChains } from './chain-watch.ts';

const anchor = await makeParty('https://anchor.example');
const gateway = await makeParty('https://gateway.example');
const other = await makeKey('other');

/** A watch over one gateway whose chain is read as the answers say, and stands after the last of them. */
async function watching(answers: ((signing: PublicJwk) => Promise<readonly PublicJwk[]>)[]) {
  const { entityId } = gateway;
  const attestationKeys = await ownKeyStore().openRing('gateway', 'attestation', { nowS: NOW_S, entityId });
  const [signing] = attestationKeys.publicKeys;
  if (signing === undefined) throw new Error('no key');
  let asked = 0;
  const chainOf = async () => {
    asked += 1;
    const keys = await (answers.shift() ?? (async () => [signing]))(signing);
    const metadata = { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys } } };
    return [
      await configure(gateway, { authority_hints: [anchor.entityId], metadata }),
      await state(anchor, gateway, naming(RECOGNITION_GATEWAY, ...keys)),
    ];
  };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const resolver = new EntityResolver({
    anchor: () => anchorOf(anchor),
    chainOf,
    nowS: () => NOW_S,
    isVouchedFor: () => true,
  });
  const metrics = new Registry();
  const gateways = new Map([['440000' as const, { entityId, province: '440000' as const, attestationKeys }]]);
  const watch = watchChains({ trust: { resolver, gateways, issuers: new Map() }, metrics, log: keptLog().log });
  onTestFinished(watch.stop);
  return {
    codes: () => [...watch.unverified().values()],
    asked: () => asked,
    next: () => {
      resolver.forget(entityId);
      vi.advanceTimersByTime(2_000);
    },
    gauge: async () => (await metrics.getMetricsAsJSON()).flatMap(({ values }) => values.map(({ value }) => value)),
  };
}

describe('the watch over our own chains', () => {
  test('takes an answer for good that nobody has looked at, or whose key is out of the chain', async () => {
    const { codes, next, gauge } = await watching([async () => [other.jwk]]);
    expect(codes()).toEqual(['fetch_failed']);
    await vi.waitFor(() => expect(codes()).toEqual(['key_unknown']), PATIENTLY);
    expect(await gauge()).toEqual([0]);
    await vi.waitFor(async () => {
      next();
      expect([codes(), await gauge()]).toEqual([[], [1]]);
    }, PATIENTLY);
  });

  test.each([
    ['has no chain', new TrustError('chain_broken', 'none'), 'chain_broken'],
    ['breaks in a way that nobody foresaw', new RangeError('unforeseen'), 'fetch_failed'],
  ])('ends, or ends the process, when a gateway %s', async (_how, error, code) => {
    const answers = [async (signing: PublicJwk) => [signing]];
    const { codes, next } = await watching(answers);
    await vi.waitFor(() => expect(codes()).toEqual([]), PATIENTLY);
    answers.push(() => Promise.reject(error));
    await vi.waitFor(() => {
      if (answers.length > 0) next();
      expect(codes()).toEqual([code]);
    }, PATIENTLY);
    await vi.waitFor(() => {
      next();
      expect(codes()).toEqual([]);
    }, PATIENTLY);
  });

  test('looks again while a look is under way', async () => {
    const { next, asked } = await watching([() => new Promise(() => {})]);
    next();
    next();
    expect(asked()).toBe(1);
  });
});
