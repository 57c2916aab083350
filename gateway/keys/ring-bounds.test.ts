import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOW_S } from '../trust/federation.fixture.ts';
import { KEY_OVERLAP_S, MAX_PUBLISHED_KEYS, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import { type KeyStore, openKeyStore, ringFilePath } from './key-store.ts';
import { MAX_STORED_KEYS } from './ring-file.ts';

let dataDir: string;
let store: KeyStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-ring-bounds-'));
  store = openKeyStore({ setting: null, dataDir });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = () => store.openRing('gateway', 'attestation', { nowS: NOW_S });
const keys = () => store.list('gateway', 'attestation');

async function revokeActive(nowS: number): Promise<void> {
  const kid = keys().find(({ state }) => state === 'active')?.kid ?? '';
  await store.revoke('gateway', 'attestation', { kid, nowS });
}

test('revocations without end make a key file that nobody can read, or a key set that nobody reads', async () => {
  const ring = await open();
  for (let count = 1; count < MAX_STORED_KEYS; count += 1) await revokeActive(NOW_S + count);
  await ring.refresh(NOW_S);
  const published = usableAndRevokedKeys(ring.lives, NOW_S);
  const last = ring.lives.slice(1 - MAX_PUBLISHED_KEYS).map(({ jwk }) => jwk.kid);
  // The one in use first, then those that were revoked last.
  expect(published.map(({ kid }) => kid)).toEqual([last.pop(), ...published.slice(1).map(({ kid }) => kid)]);
  expect(published).toHaveLength(MAX_PUBLISHED_KEYS);
  await expect(revokeActive(NOW_S + KEY_OVERLAP_S)).rejects.toMatchObject({ code: 'too_many_keys' });
  await ring.refresh(NOW_S);
  expect(keys()).toHaveLength(MAX_STORED_KEYS);
  const [first] = keys();
  await revokeActive(NOW_S + 1 + KEY_OVERLAP_S);
  await ring.refresh(NOW_S);
  expect(keys()).toHaveLength(MAX_STORED_KEYS);
  expect(keys().map(({ kid }) => kid)).not.toContain(first?.kid);
});

test('one revoked key more than a key set has room for takes the place of fifteen', async () => {
  const ring = await open();
  for (let count = 0; count < MAX_PUBLISHED_KEYS; count += 1) await revokeActive(NOW_S);
  await ring.refresh(NOW_S);
  const [, ...newest] = ring.lives;
  const published = usableAndRevokedKeys(ring.lives, NOW_S).map(({ kid }) => kid);
  expect(published.toSorted()).toEqual(newest.map(({ jwk }) => jwk.kid).toSorted());
});

test('a key file with a public key that is none is not named, or half of it is taken over', async () => {
  const ring = await open();
  await store.announce('gateway', 'attestation', NOW_S);
  await ring.refresh(NOW_S);
  const before = [ring.signer.kid, ring.publicKeys];
  const path = ringFilePath({ setting: null, dataDir }, 'gateway', 'attestation');
  const { keys: stored, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  const damaged = { ...stored[1], jwk: { ...stored[1].jwk, y: stored[0].jwk.y } };
  writeFileSync(path, JSON.stringify({ ...rest, keys: [stored[0], damaged] }), { mode: 0o600 });
  const failed = { code: 'key_file_damaged', message: expect.stringContaining(path) };
  for (let times = 0; times < 2; times += 1) await expect(ring.refresh(NOW_S)).rejects.toMatchObject(failed);
  expect([ring.signer.kid, ring.publicKeys]).toEqual(before);
  await expect(open()).rejects.toMatchObject(failed);
});
