import { beforeAll, describe, expect, test } from 'vitest';
import { Draft } from './draft.ts';
import { EMPTY_STATE } from './fold-state.ts';
import { actors, enrolledWorld, NOW_S, TRUSTED, type World, withNewKey } from './registry.fixture.ts';

const { anchor, first, second } = actors;
const ANNOUNCED = { use: 'federation', jwk: second.publicJwk } as const;

let world: World;
beforeAll(async () => {
  world = await enrolledWorld();
});

/** What a registry whose clock says `nowS` makes of an event; the log has been quiet since NOW_S. */
async function entered(jws: string, nowS: number): Promise<void> {
  await new Draft(world.state, TRUSTED, () => nowS).add(jws);
}

describe('an event', () => {
  test('from the future moves the log’s time', async () => {
    const jws = await world.sign(first, 'key_announced', ANNOUNCED, { iat: NOW_S + 301 });
    await expect(entered(jws, NOW_S)).rejects.toMatchObject({ code: 'time_implausible' });
    await entered(jws, NOW_S + 1);
  });

  test('signed long ago is taken because the log has been quiet since', async () => {
    const jws = await world.sign(first, 'key_announced', ANNOUNCED, { iat: NOW_S });
    await expect(entered(jws, NOW_S + 301)).rejects.toMatchObject({ code: 'time_implausible' });
    await entered(jws, NOW_S + 300);
  });

  test('of the anchor cannot be carried to the registry, or stays good for a day', async () => {
    const jws = await world.sign(anchor, 'entity_removed', { entity_id: second.entityId });
    await expect(entered(jws, NOW_S + 3601)).rejects.toMatchObject({ code: 'time_implausible' });
    await entered(jws, NOW_S + 3600);
  });

  test('that creates a registry cannot be carried to it', async () => {
    const [creation = ''] = world.log;
    const draft = (nowS: number) => new Draft(EMPTY_STATE, TRUSTED, () => nowS);
    await draft(NOW_S + 3600).add(creation);
    await expect(draft(NOW_S + 3601).add(creation)).rejects.toMatchObject({ code: 'time_implausible' });
  });

  test('dated back to before its key’s end is taken because the log has been quiet since', async () => {
    const own = world.fork();
    const next = await withNewKey(first);
    await own.do(first, 'key_announced', { use: 'registry', jwk: next.publicJwk, expires_s: NOW_S + 60 });
    await own.do(first, 'key_activated', { use: 'registry', kid: next.signer.kid });
    const jws = await own.sign(next, 'key_announced', ANNOUNCED, { iat: NOW_S + 59 });
    const draft = (nowS: number) => new Draft(own.state, TRUSTED, () => nowS);
    await expect(draft(NOW_S + 60).add(jws)).rejects.toMatchObject({ code: 'key_expired' });
    await draft(NOW_S + 59).add(jws);
  });
});
