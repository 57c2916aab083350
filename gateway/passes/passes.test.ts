import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { base64url } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreWatch } from '../stores/store-watch.ts';
import { checksOf, makeWorld, republish, type World } from '../trust/attestation.fixture.ts';
import { makeKey, NOW_S } from '../trust/federation.fixture.ts';
import {
  MAX_PASS_LENGTH,
  type PassChecks,
  type PassClaims,
  passClaimsSchema,
  signPass,
  verifyPass,
} from '../trust/recognition-pass.ts';
import { signCompact } from '../trust/signer.ts';
import { signStatusList, verifyStatusList } from '../trust/status-list.ts';
import type { PassStore } from './pass-store.ts';
import { Passes } from './passes.ts';
import { openSqlitePasses } from './store-sqlite.ts';

let world: World;
let folder: string;
let store: StoreWatch<PassStore>;
let passes: Passes;
let nowS = NOW_S;
/** Mandates that were ended before their time. */
const ended = new Set<string>();

const ground = {
  issuer_province: '410000',
  destination: '440000',
  status_as_of: '2027-01-15T07:59:00Z',
  mandate: 'a-mandate',
  notAfterS: NOW_S + 3600,
  handle: 'handle-of-nobody',
} as const;

function open(): Passes {
  store = new StoreWatch({ open: () => openSqlitePasses(join(folder, 'passes.sqlite')), onChange: () => {} });
  return new Passes({
    entityId: world.gateway.entityId,
    store,
    signer: () => world.gateway.answers.signer,
    jwks: () => ({ keys: [world.gateway.answers.jwk] }),
    stands: ({ mandate }) => !ended.has(mandate),
    nowS: () => nowS,
  });
}

async function issue() {
  const issued = await passes.issue(ground);
  if (issued === null) throw new Error('no pass');
  return issued;
}

function claimsOf(pass: string): PassClaims {
  return passClaimsSchema.parse(JSON.parse(new TextDecoder().decode(base64url.decode(pass.split('.')[1] ?? ''))));
}

function checks(more: Partial<PassChecks> = {}): PassChecks {
  const statusListOf = (uri: string) => passes.statusList(uri.slice(uri.lastIndexOf('/') + 1));
  return { ...checksOf(world), statusListOf, ...more };
}

beforeEach(async () => {
  nowS = NOW_S;
  ended.clear();
  world = await makeWorld();
  folder = mkdtempSync(join(tmpdir(), 'huren-passes-'));
  passes = open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a pass', () => {
  test('does not verify offline, is too long for a QR code, or says who holds it', async () => {
    const { pass, expS } = await issue();
    const checked = await verifyPass(pass, checks());
    expect(checked).toMatchObject({ verified: true, list_as_of_s: NOW_S });
    expect(checked.chain.map(({ typ }) => typ)).toEqual([
      'recognition-pass+jwt',
      'statuslist+jwt',
      'entity-statement+jwt',
      'entity-statement+jwt',
    ]);
    expect(pass.length).toBeLessThanOrEqual(MAX_PASS_LENGTH);
    expect(expS).toBe(NOW_S + 3600);
    const claims: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(pass.split('.')[1] ?? '')));
    expect(Object.keys(Object(claims)).sort()).toEqual(
      ['destination', 'exp', 'iat', 'iss', 'issuer_province', 'mandate', 'status', 'status_as_of'].sort(),
    );
  });

  test('of a gateway whose name is too long for a QR code is given out', async () => {
    const iss = `https://gateway.example/${'province/'.repeat(20)}`;
    const { status, ...claims } = claimsOf((await issue()).pass);
    const list = { ...status.status_list, uri: `${iss}/v1/statuslists/1` };
    const long = signPass({ ...claims, iss, status: { status_list: list } }, world.gateway.answers.signer);
    await expect(long).rejects.toMatchObject({ code: 'token_too_large' });
  });

  test('outlives a day, its mandate or its freshness', async () => {
    const long = await passes.issue({ ...ground, notAfterS: NOW_S + 10 * 86_400 });
    expect(long?.expS).toBe(NOW_S + 86_400);
    expect(await passes.issue({ ...ground, notAfterS: NOW_S })).toBeNull();
    const { pass, expS } = await issue();
    expect(await verifyPass(pass, checks({ atS: expS }))).toMatchObject({ verified: false, code: 'expired' });
  });

  test('a withdrawn pass goes on, or takes another one with it', async () => {
    const [first, second] = [await issue(), await issue()];
    await passes.statusList(first.index.list);
    expect(await passes.revoke(first.index)).toBe(true);
    expect(await verifyPass(first.pass, checks())).toMatchObject({ verified: false, code: 'status_revoked' });
    expect(await verifyPass(second.pass, checks())).toMatchObject({ verified: true });
    expect(await passes.revoke({ list: 'no-such-list', idx: 1 })).toBe(false);
  });

  test('about a time that nobody can mean verifies', async () => {
    for (const status_as_of of ['1970-01-20T02:27:05Z', '2027-01-15T08:03:00Z']) {
      const issued = await passes.issue({ ...ground, status_as_of });
      expect(await verifyPass(issued?.pass ?? '', checks())).toMatchObject({ code: 'claims_invalid', link: 'pass' });
    }
  });

  test('without a list that can be had it verifies', async () => {
    const { pass } = await issue();
    expect(await verifyPass(pass, checks({ statusListOf: () => null }))).toMatchObject({
      verified: false,
      code: 'status_list_missing',
      link: 'status_list',
    });
  });

  test('a list is believed hours after it was signed, or before', async () => {
    const { pass, index } = await issue();
    const uri = passes.uriOf(index.list);
    const signedAt = async (atS: number) => {
      const list = { issuer: world.gateway.entityId, uri, withdrawn: [], nowS: atS };
      const token = await signStatusList(list, world.gateway.answers.signer);
      return await verifyPass(pass, checks({ statusListOf: () => token }));
    };
    expect(await signedAt(NOW_S - 3599)).toMatchObject({ verified: true, list_as_of_s: NOW_S - 3599 });
    for (const atS of [NOW_S - 3600, NOW_S - 82_800]) {
      expect(await signedAt(atS)).toMatchObject({ verified: false, code: 'status_list_stale' });
    }
    expect(await signedAt(NOW_S + 61)).toMatchObject({ verified: false, code: 'status_list_invalid' });
  });

  test('a list in a bundle ends before the bundle, one that anybody can ask for lives as long, or either goes on', async () => {
    const { index } = await issue();
    const uri = passes.uriOf(index.list);
    const { [uri]: carried = '' } = await passes.statusLists();
    const published = (await passes.statusList(index.list)) ?? '';
    const { answers, entityId: issuer } = world.gateway;
    const isGood = (list: string, laterS: number) =>
      verifyStatusList(list, { issuer, uri, jwks: { keys: [answers.jwk] }, atS: NOW_S + laterS }).then(
        ({ iatS }) => iatS,
        ({ code }) => code,
      );
    for (const laterS of [0, 3_600, 86_399]) expect(await isGood(carried, laterS)).toBe(NOW_S);
    expect(await isGood(carried, 86_400)).toBe('status_list_stale');
    expect([await isGood(published, 3_599), await isGood(published, 3_600)]).toEqual([NOW_S, 'status_list_stale']);
  });

  test('a list says that it is of an hour ago though nothing has changed since', async () => {
    const { pass } = await issue();
    await verifyPass(pass, checks());
    nowS = NOW_S + 60;
    expect(await verifyPass(pass, checks({ atS: nowS }))).toMatchObject({ list_as_of_s: nowS });
  });

  test('outlives the mandate that it stands on, or stays withdrawn where that stands again', async () => {
    const [first, second] = [await issue(), await passes.issue({ ...ground, mandate: 'another' })];
    expect(await verifyPass(first.pass, checks())).toMatchObject({ verified: true });
    ended.add('a-mandate');
    expect(await verifyPass(first.pass, checks())).toMatchObject({ verified: false, code: 'status_revoked' });
    expect(await verifyPass(second?.pass ?? '', checks())).toMatchObject({ verified: true });
    ended.clear();
    expect(await verifyPass(first.pass, checks())).toMatchObject({ verified: true });
  });

  test('is withdrawn by a text that this gateway did not sign, or not by its own', async () => {
    const { pass, index } = await issue();
    const [header = '', payload = '', signature = ''] = pass.split('.');
    const other = await signPass({ ...claimsOf(pass), iss: 'https://elsewhere.example' }, world.gateway.answers.signer);
    const strange = await signPass(claimsOf(pass), (await makeKey('answers')).signer);
    for (const [text, code] of [
      ['no pass', 'token_malformed'],
      [`${header}.${payload}.${signature.slice(0, -4)}AAAA`, 'signature_invalid'],
      [other, 'issuer_mismatch'],
      [strange, 'signature_invalid'],
    ] as const) {
      await expect(passes.revokeToken(text)).rejects.toMatchObject({ code });
    }
    expect(await verifyPass(pass, checks())).toMatchObject({ verified: true });
    expect(await passes.revokeToken(pass)).toBe(true);
    expect(await verifyPass(pass, checks())).toMatchObject({ code: 'status_revoked' });
    const gone = { ...claimsOf(pass), status: { status_list: { idx: index.idx, uri: passes.uriOf('0'.repeat(24)) } } };
    expect(await passes.revokeToken(await signPass(gone, world.gateway.answers.signer))).toBe(false);
  });

  test('a status list by a stranger, for another list, or outdated is believed', async () => {
    const { pass, index } = await issue();
    const uri = passes.uriOf(index.list);
    const list = { issuer: world.gateway.entityId, uri, withdrawn: [], nowS };
    const refused = { verified: false, code: 'status_list_invalid', link: 'status_list' };
    const holding = async (text: Promise<string>) => {
      const token = await text;
      return await verifyPass(pass, checks({ statusListOf: () => token }));
    };
    expect(await holding(signStatusList(list, (await makeKey('answers')).signer))).toMatchObject(refused);
    expect(await holding(signStatusList(list, (await makeKey('stranger')).signer))).toMatchObject(refused);
    expect(await holding(signStatusList(list, world.gateway.signer))).toMatchObject(refused);
    const { signer } = world.gateway.answers;
    expect(await holding(signStatusList({ ...list, uri: `${uri}0` }, signer))).toMatchObject(refused);
    expect(await holding(signStatusList({ ...list, nowS: nowS - 86_400 }, signer))).toMatchObject({
      ...refused,
      code: 'status_list_stale',
    });
    expect(await holding(signStatusList(list, signer))).toMatchObject({ verified: true });
  });

  test('a list is read otherwise than another implementation reads it', async () => {
    const uri = 'https://gateway.example/v1/statuslists/1';
    const withdrawn = [0, 1, 7, 8, 9, 1000, 32_767];
    const { answers, entityId: issuer } = world.gateway;
    const token = await signStatusList({ issuer, uri, withdrawn, nowS }, answers.signer);
    const ours = await verifyStatusList(token, { issuer, uri, jwks: { keys: [answers.jwk] }, atS: nowS });
    const theirs = getListFromStatusListJWT(token);
    const indexes = Array.from({ length: 32_768 }, (_, index) => index);
    expect(indexes.filter((index) => ours.statusAt(index) === 1)).toEqual(withdrawn);
    expect(indexes.filter((index) => theirs.getStatus(index) === 1)).toEqual(withdrawn);
    expect(() => ours.statusAt(32_768)).toThrow('no such entry');
  });

  test('a list that unpacks without end is unpacked', async () => {
    const { pass, index } = await issue();
    const lst = base64url.encode(deflateSync(Buffer.alloc(30_000_000)));
    const claims = { iss: world.gateway.entityId, sub: passes.uriOf(index.list), iat: nowS, exp: nowS + 60 };
    const bomb = await signCompact(
      { typ: 'statuslist+jwt' },
      { ...claims, status_list: { bits: 1, lst } },
      world.gateway.answers.signer,
    );
    expect(await verifyPass(pass, checks({ statusListOf: () => bomb }))).toMatchObject({ code: 'status_list_invalid' });
  });

  test('a pass by a revoked key goes on', async () => {
    const { pass } = await issue();
    await republish(world, { answerKeys: [{ ...world.gateway.answers.jwk, revoked: { revoked_at: NOW_S } }] });
    expect(await verifyPass(pass, checks())).toMatchObject({ verified: false, code: 'key_revoked', link: 'pass' });
  });
});

describe('the register', () => {
  test('gives an index twice after a restart, or forgets what was withdrawn', async () => {
    const before = await Promise.all(Array.from({ length: 200 }, issue));
    const [first] = before;
    if (first === undefined) throw new Error('none');
    await passes.revoke(first.index);
    await store.close();
    passes = open();
    const after = await Promise.all(Array.from({ length: 200 }, issue));
    const names = [...before, ...after].map(({ index }) => `${index.list} ${index.idx}`);
    expect(new Set(names).size).toBe(400);
    expect(await verifyPass(first.pass, checks())).toMatchObject({ code: 'status_revoked' });
  });

  test('gives indexes in the order of issue, from which a holder could be followed', async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, issue));
    const indexes = issued.map(({ index }) => index.idx);
    expect(indexes).not.toEqual([...indexes].sort((a, b) => a - b));
  });

  test('keeps a list whose last pass has expired', async () => {
    const { index } = await issue();
    nowS = NOW_S + 3601;
    await passes.issue({ ...ground, notAfterS: nowS + 60 });
    expect(await passes.statusList(index.list)).toBeNull();
  });
});
