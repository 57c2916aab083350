import { beforeEach, describe, expect, test } from 'vitest';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { actors, NOW_S } from '../registry/registry.fixture.ts';
import { makeKey, makeParty, naming, type Party, state } from '../trust/federation.fixture.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { GATEWAY_ID, keptLog, ownKeyStore } from './authority.fixture.ts';
import { Handover } from './handover.ts';

const SUPERIOR = actors.henan.entityId;
const province = await makeParty(SUPERIOR);

let keys: KeyStore;
let ring: KeyRing;
let handover: Handover;
let asked: number;
let handedIn: number;
/** What the superior says at the moment; it may be away. */
let statement: () => Promise<string | null>;
let lines: string[];

beforeEach(async () => {
  asked = 0;
  handedIn = 0;
  keys = ownKeyStore();
  const mayActivate = (kid: string) => handover.mayActivate(GATEWAY_ID, kid);
  ring = await keys.openRing('gateway', 'federation', { nowS: NOW_S, entityId: GATEWAY_ID, mayActivate });
  statement = async () => await about(ring.publicKeys);
  const kept = keptLog();
  lines = kept.lines;
  handover = new Handover([{ entityId: GATEWAY_ID, superior: SUPERIOR, ring, type: null }], {
    isAdmitted: () => true,
    fetchStatement: async () => {
      asked += 1;
      return await statement();
    },
    handIn: async () => {
      handedIn += 1;
    },
    log: kept.log,
  });
});

/** What the superior says of the gateway: these keys. */
async function about(jwks: readonly PublicJwk[], subject: Pick<Party, 'entityId'> = { entityId: GATEWAY_ID }) {
  return await state(province, { ...province, ...subject }, { jwks: { keys: jwks.map(bare) } });
}

function bare({ iat: _iat, exp: _exp, ...jwk }: PublicJwk): PublicJwk {
  return jwk;
}

async function look(): Promise<string> {
  await handover.look();
  await ring.refresh(NOW_S);
  return ring.signer.kid;
}

/** Asks for a rotation, and gives the kids before and after. */
async function asking(): Promise<{ before: string; after: string }> {
  const before = ring.signer.kid;
  const { kid, state: reached } = await keys.rotate('gateway', 'federation', NOW_S);
  expect(reached).toBe('announced');
  await ring.refresh(NOW_S);
  return { before, after: kid };
}

describe('a new federation key', () => {
  test('signs before the superior names it, or never', async () => {
    const known = ring.publicKeys;
    const { before, after } = await asking();
    statement = async () => await about(known);
    expect([await look(), handedIn, asked]).toEqual([before, 1, 1]);
    expect([await look(), handedIn, asked]).toEqual([before, 2, 2]);
    statement = async () => await about(ring.publicKeys);
    expect([await look(), handedIn]).toEqual([after, 2]);
  });

  test('is handed in although the superior has it', async () => {
    const { after } = await asking();
    expect([await look(), handedIn]).toEqual([after, 0]);
  });

  test.each([
    ['is away', () => Promise.reject(new TrustError('fetch_failed', 'away'))],
    ['says nothing of the entity', async () => null],
    ['answers something else', async () => 'nothing'],
    ['speaks of another entity', () => about(ring.publicKeys, { entityId: 'https://other.example' })],
    ['names another key by that name', async () => await about([(await makeKey(announced())).jwk])],
  ])('signs, or is given up, while the superior %s', async (_how, says) => {
    const { before, after } = await asking();
    statement = says;
    expect(await look()).toBe(before);
    statement = async () => await about(ring.publicKeys);
    expect(await look()).toBe(after);
  });

  test('waits unsaid while the superior is away', async () => {
    await asking();
    statement = () => Promise.reject(new TrustError('fetch_failed', 'away'));
    await look();
    expect(lines).toEqual([expect.stringContaining('the superior has not taken the next key')]);
  });

  test('is forgotten where two looks overlap', async () => {
    const { after } = await asking();
    await Promise.all([handover.look(), handover.look()]);
    expect(asked).toBe(1);
    expect(await look()).toBe(after);
  });
});

function announced(): string {
  return ring.keys.find(({ state: reached }) => reached === 'announced')?.kid ?? '';
}

test('a superior is asked while nothing is announced, or once more about what it has taken', async () => {
  await look();
  expect(asked).toBe(0);
  await asking();
  await look();
  await look();
  expect(asked).toBe(1);
});

describe('a key that an entity signs other things with', () => {
  let published: KeyRing;
  let waiting: Handover;
  let isAdmitted: boolean;

  beforeEach(async () => {
    isAdmitted = true;
    const entityId = GATEWAY_ID;
    const mayActivate = (kid: string) => waiting.mayActivate(entityId, kid);
    published = await keys.openRing('gateway', 'attestation', { nowS: NOW_S, entityId, mayActivate });
    waiting = new Handover([{ entityId, superior: SUPERIOR, ring: published, type: RECOGNITION_GATEWAY }], {
      isAdmitted: () => isAdmitted,
      fetchStatement: async () => {
        asked += 1;
        return await statement();
      },
      handIn: async () => {
        handedIn += 1;
      },
      log: keptLog().log,
    });
    statement = async () => await namedAs(published.publicKeys);
  });

  /** What the superior says of the gateway: that it signs with these keys. */
  const namedAs = (some: readonly PublicJwk[], type = RECOGNITION_GATEWAY) =>
    state(province, { ...province, entityId: GATEWAY_ID }, naming(type, ...some.map(bare)));

  async function lookAgain(): Promise<string> {
    await waiting.look();
    await published.refresh(NOW_S);
    return published.signer.kid;
  }

  test('signs before the superior names it under its type, or never', async () => {
    const before = await lookAgain();
    const known = published.publicKeys;
    const { kid: after, state: reached } = await keys.rotate('gateway', 'attestation', NOW_S);
    await published.refresh(NOW_S);
    for (const says of [
      () => namedAs(known),
      () => namedAs(published.publicKeys, STATUS_ISSUER),
      () => about(published.publicKeys),
    ]) {
      statement = says;
      expect([reached, await lookAgain(), waiting.isWaiting()]).toEqual(['announced', before, true]);
    }
    statement = () => namedAs(published.publicKeys);
    expect([await lookAgain(), waiting.isWaiting()]).toEqual([after, false]);
  });

  test('that took a revoked one’s place is not handed in, or asked about once it is taken', async () => {
    await lookAgain();
    const known = published.publicKeys;
    await keys.revoke('gateway', 'attestation', { kid: published.signer.kid, nowS: NOW_S });
    await published.refresh(NOW_S);
    statement = () => namedAs(known);
    await lookAgain();
    expect([waiting.isWaiting(), handedIn]).toEqual([true, 1]);
    statement = () => namedAs(published.publicKeys);
    await lookAgain();
    const before = asked;
    await lookAgain();
    expect([waiting.isWaiting(), handedIn, asked]).toEqual([false, 1, before]);
  });

  test('in use, of an entity that nobody has admitted, is asked about, or said to wait', async () => {
    isAdmitted = false;
    await lookAgain();
    expect([asked, waiting.isWaiting()]).toEqual([0, false]);
  });
});
