import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RegistryJwk } from '../../schemas/registry-event.ts';
import { actors, enrolledWorld, makeActor, SM2_KEY } from '../registry/registry.fixture.ts';
import { prepareStatementKeys } from './prepare-keys.ts';

const { henan, shanghai, hainan } = actors;

/** A registry whose log somebody else writes, and what is made ready of it. */
async function followed(isMet: (province: string) => boolean = () => true) {
  const world = await enrolledWorld();
  const listeners: (() => void)[] = [];
  const prepared: string[] = [];
  const announce = async (actor: typeof henan, jwk: RegistryJwk, use: 'statement' | 'attestation' = 'statement') => {
    await world.do(actor, 'key_announced', { use, jwk });
    for (const listener of listeners) listener();
  };
  const onChange = (listener: () => void) => {
    listeners.push(listener);
    return () => {};
  };
  const follow = () =>
    prepareStatementKeys({
      registry: { folded: () => world.state, onChange },
      isMet,
      prepare: ({ kid }) => {
        prepared.push(kid);
        if (kid === 'unusable') throw new Error('no point of its curve');
      },
    });
  const done = async () => {
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    return prepared;
  };
  return { announce, follow, done };
}

test('a key is made ready by the first question that meets it, or not where another one cannot be', async () => {
  const { announce, follow, done } = await followed();
  await announce(henan, SM2_KEY);
  follow();
  expect(await done()).toEqual([SM2_KEY.kid]);
  await announce(shanghai, { ...SM2_KEY, kid: 'unusable' });
  await announce(hainan, { ...SM2_KEY, kid: 'later' });
  expect(await done()).toEqual([SM2_KEY.kid, 'unusable', 'later']);
});

test('a start takes longer for keys that are ready anyway, or that this node never verifies with', async () => {
  const { announce, follow, done } = await followed((province) => province !== '410000');
  await announce(henan, SM2_KEY);
  await announce(hainan, { ...SM2_KEY, kid: 'other-use' }, 'attestation');
  await announce(shanghai, (await makeActor('plain')).publicJwk);
  follow();
  expect(await done()).toEqual([]);
});
