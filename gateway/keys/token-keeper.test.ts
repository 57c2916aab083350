import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { huren } from '../cli/huren.fixture.ts';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import { makeTestToken, type TestToken } from '../test/softhsm.ts';
import { NOW_S } from '../trust/federation.fixture.ts';
import { signCompact } from '../trust/signer.ts';
import { keysOf, verifyCompact } from '../trust/strict-jws.ts';
import { KeyError } from './key-error.ts';
import { type KeyStore, openKeyStore, readActorFile, ringFilePath } from './key-store.ts';
import { KEY_USES, type KeyUse, kindOf } from './key-use.ts';
import { openLogSigner } from './log-signer.ts';

let token: TestToken;
let store: KeyStore;

beforeAll(() => {
  token = makeTestToken();
  store = openKeyStore({ setting: token.setting, dataDir: '/nowhere/huren' });
});
afterAll(() => {
  store.close();
  token.remove();
});

const path = (owner: string, use: KeyUse) => ringFilePath({ setting: token.setting, dataDir: '' }, owner, use);
const open = (owner: string, use: KeyUse) => store.openRing(owner, use, { nowS: NOW_S });

async function failure(act: () => Promise<unknown>): Promise<KeyError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
  throw new Error('accepted');
}

const ringSchema = z.object({ keys: z.array(z.object({ kid: z.string(), jwk: z.record(z.string(), z.string()) })) });

describe('keys in a token', () => {
  test.each(KEY_USES)('%s keys sign what does not verify, or leave the token', async (use) => {
    const ring = await open('gateway', use);
    const input = new TextEncoder().encode('what is signed');
    for (const signature of [ring.signBytes(input), await ring.signer.sign(input)]) {
      expect(ring.verifyBytes(input, signature)).toBe(true);
      expect(ring.verifyBytes(new TextEncoder().encode('another'), signature)).toBe(false);
    }
    expect(ring.signer.alg).toBe(kindOf(use).alg);
    const text = readFileSync(path('gateway', use), 'utf8');
    const { keys } = ringSchema.parse(JSON.parse(text));
    expect(keys.map(({ kid }) => kid)).toContain(ring.signer.kid);
    expect(keys.filter(({ jwk }) => jwk['d'] !== undefined)).toEqual([]);
    expect(statSync(path('gateway', use)).mode & 0o777).toBe(0o600);
  });

  test('many at once mix up their signatures', async () => {
    const ring = await open('gateway', 'attestation');
    const tokens = await Promise.all(
      Array.from({ length: 40 }, (_, count) => signCompact({ typ: 'example+jwt' }, { count }, ring.signer)),
    );
    const keys = keysOf({ keys: [...ring.publicKeys] }, NOW_S);
    const counts = tokens.map(async (jws) => {
      return (await verifyCompact(jws, keys, { maxBytes: 4096, typ: 'example+jwt' })).payload['count'];
    });
    expect(await Promise.all(counts)).toEqual(tokens.map((_, count) => count));
  });

  test('a rotation loses the retired key, or a restart the ring', async () => {
    const ring = await open('gateway', 'federation');
    const before = ring.signer.kid;
    const { kid } = await store.rotate('gateway', 'federation', NOW_S);
    await ring.refresh(NOW_S);
    expect(ring.signer.kid).toBe(kid);
    const input = Buffer.from('by the one before');
    expect(ring.verifyBytes(input, ring.signBytes(input, before))).toBe(true);
    const again = openKeyStore({ setting: token.setting, dataDir: '' });
    const reopened = await again.openRing('gateway', 'federation', { nowS: NOW_S });
    expect(reopened.signer.kid).toBe(kid);
    again.close();
    // Closing one store must not log the other one out for good.
    expect(ring.verifyBytes(input, ring.signBytes(input))).toBe(true);
    expect(ring.verifyBytes(input, await ring.signer.sign(input))).toBe(true);
  });

  test('a log signs checkpoints that nobody can check', async () => {
    const log = await openLogSigner(store, 'registry', 'registry.example/log', { nowS: NOW_S });
    const note = log.sign({ size: 1, root: new Uint8Array(32) });
    expect(verifyCheckpoint(note, log.trust)).toMatchObject({ origin: 'registry.example/log', size: 1 });
  });

  test('a ring that came from files does not go on until it has rotated into the token', async () => {
    const files = openKeyStore({ setting: `file:${join(token.folder, 'rings')}`, dataDir: '' });
    const first = await files.openRing('moved', 'attestation', { nowS: NOW_S });
    const ring = await open('moved', 'attestation');
    expect(ring.signer.kid).toBe(first.signer.kid);
    const { kid } = await store.rotate('moved', 'attestation', NOW_S);
    await ring.refresh(NOW_S);
    const input = Buffer.from('in the token');
    expect(ring.verifyBytes(input, ring.signBytes(input))).toBe(true);
    expect((await failure(() => files.openRing('moved', 'attestation', { nowS: NOW_S }))).code).toBe(
      'token_unavailable',
    );
    expect(kid).toBe(ring.signer.kid);
  });

  test('an actor whose key is in the token cannot sign on the command line', async () => {
    const actor = await store.openActor('operator', 'https://operator.example/a');
    const read = await readActorFile(path('operator', 'registry'), token.setting);
    expect([read?.entityId, read?.publicJwk]).toEqual([actor.entityId, actor.publicJwk]);
    const failed = await failure(async () => await readActorFile(path('operator', 'registry')));
    expect(failed.code).toBe('token_unavailable');
    const env = { HUREN_KEYS: token.setting, SOFTHSM2_CONF: process.env['SOFTHSM2_CONF'] ?? '' };
    const ran = await huren(['keys', 'rotate', '--owner', 'operator', '--use', 'registry', '--json'], env);
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(store.list('operator', 'registry').map(({ state }) => state)).toEqual(['retired', 'active']);
  });
});

describe('a token that cannot be used', () => {
  const other = (from: string | RegExp, to: string) =>
    openKeyStore({ setting: token.setting.replace(from, to), dataDir: '' }).openRing('other', 'log', { nowS: NOW_S });

  test.each([
    ['a module that is not there', /pkcs11:[^?]+/, 'pkcs11:/nowhere/module.so', 'its module cannot be loaded'],
    ['a label that no token has', 'token=huren-test', 'token=another', 'no token of that label is there'],
    ['a PIN file that is not there', /pin-file=[^&]+/, 'pin-file=/nowhere/pin', 'there is no pin-file /nowhere/pin'],
  ])('%s is not told, or leaves a ring without keys behind', async (_what, from, to, why) => {
    const failed = await failure(() => other(from, to));
    expect(failed.message).toMatch(/^HUREN_KEYS: /);
    expect(failed.message).toContain(why);
    expect(store.rings().filter(({ owner }) => owner === 'other')).toEqual([]);
  });

  test('a PIN file that everybody may read is used', async () => {
    const exposed = join(token.folder, 'exposed-pin');
    writeFileSync(exposed, token.pin);
    chmodSync(exposed, 0o644);
    expect((await failure(() => other(/pin-file=[^&]+/, `pin-file=${exposed}`))).code).toBe('key_file_exposed');
  });

  test('a private key that is gone from it is found out at the first signature', async () => {
    const again = openKeyStore({ setting: token.setting, dataDir: '' });
    await again.openRing('gone', 'attestation', { nowS: NOW_S });
    const file = path('gone', 'attestation');
    const text = readFileSync(file, 'utf8').replace(/"kid": "./, '"kid": "#');
    writeFileSync(file, text, { mode: 0o600 });
    expect((await failure(() => again.openRing('gone', 'attestation', { nowS: NOW_S }))).code).toBe(
      'token_unavailable',
    );
    again.close();
  });

  test('the PIN stands in a file of the store', async () => {
    await open('gateway', 'attestation');
    const entries = readdirSync(join(token.folder, 'rings'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(token.pin);
    }
  });
});
