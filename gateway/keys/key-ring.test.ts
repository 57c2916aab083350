import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { NOW_S } from '../trust/federation.fixture.ts';
import { KEY_OVERLAP_S, KEY_SCHEDULE, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import { signCompact } from '../trust/signer.ts';
import { keysOf, verifyCompact } from '../trust/strict-jws.ts';
import { TrustError } from '../trust/trust-error.ts';
import { KeyError } from './key-error.ts';
import type { KeyRing, RingTerms } from './key-ring.ts';
import { type KeyStore, openKeyStore, ringFilePath } from './key-store.ts';
import { KEY_USES, type KeyUse } from './key-use.ts';
import { watchKeyRings } from './key-watch.ts';

const DAY_S = 86_400;
let dataDir: string;
let store: KeyStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-keys-'));
  store = openKeyStore({ setting: null, dataDir });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (terms: Partial<RingTerms> = {}, use: KeyUse = 'attestation') =>
  store.openRing('gateway', use, { nowS: NOW_S, ...terms });
const rotate = () => store.rotate('gateway', 'attestation', NOW_S);
const path = (use: KeyUse = 'attestation') => ringFilePath({ setting: null, dataDir }, 'gateway', use);
const states = (ring: KeyRing) => ring.keys.map(({ state }) => state);
const stored = (use: KeyUse = 'attestation') => jsonOrUndefined(readFileSync(path(use), 'utf8'));
/** Replaces something in a ring's file by hand. */
const edit = (from: string | RegExp, to: string) =>
  writeFileSync(path(), readFileSync(path(), 'utf8').replace(from, to), { mode: 0o600 });

async function fault(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** What a verifier makes of a token at a time, with the keys published then. */
async function verdict(token: string, ring: KeyRing, atS: number): Promise<string> {
  try {
    const keys = usableAndRevokedKeys(ring.lives, NOW_S);
    await verifyCompact(token, keysOf({ keys }, atS), { maxBytes: 4096, typ: 'example+jwt' });
    return 'verified';
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

describe('a key file', () => {
  test.each(KEY_USES)('of %s keys can be read by others, or is used although it can', async (use) => {
    await open({}, use);
    expect(statSync(path(use)).mode & 0o777).toBe(0o600);
    chmodSync(path(use), 0o640);
    expect(await fault(() => open({}, use))).toBe('key_file_exposed');
  });

  test.each([
    ['no ring', /.*/s, '{"keys":[{"d":"SECRET"}]}'],
    ['cut short', /\}\s*$/, ''],
    ['a private key that is not that public one’s', /"d": "[^"]+"/, `"d": "${'A'.repeat(42)}E"`],
    ['a key neither here nor in a token', /,\s*"d": "[^"]+"/, ''],
    ['a member that nobody knows', '"keys"', '"kyes": 1, "keys"'],
  ])('that is damaged (%s) is quoted, used or replaced, or is not named', async (_what, from, to) => {
    await open();
    edit(from, to);
    const damaged = readFileSync(path(), 'utf8');
    const failed = await open().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'key_file_damaged', message: expect.stringContaining(path()) });
    expect(String(failed)).not.toMatch(/SECRET|AAAA|kyes/);
    expect(readFileSync(path(), 'utf8')).toBe(damaged);
  });

  test('of one use serves another', async () => {
    await open({}, 'log');
    writeFileSync(path(), readFileSync(path('log')), { mode: 0o600 });
    expect(await fault(() => open())).toBe('key_file_damaged');
  });

  test('forgets whose it is when the node moves', async () => {
    await open({ entityId: 'https://gateway.example/1', origin: 'gateway.example/log' });
    const ring = await open({ entityId: 'https://gateway.example/2', origin: 'elsewhere.example/log' });
    expect([ring.entityId, ring.origin]).toEqual(['https://gateway.example/1', 'gateway.example/log']);
  });

  test('of an owner that is a path lies outside the store', async () => {
    for (const owner of ['..', '../other', '/etc', 'a/../..', 'a//b', '']) {
      expect(await fault(() => store.openRing(owner, 'audit', { nowS: NOW_S })), owner).toBe('key_unknown');
    }
  });

  test('two writers at once lose one change', async () => {
    await open();
    await Promise.all(Array.from({ length: 5 }, rotate));
    expect(store.list('gateway', 'attestation').map(({ state }) => state)).toEqual([
      'retired',
      'retired',
      'retired',
      'retired',
      'retired',
      'active',
    ]);
  });

  test('a listing misses a ring, or takes something else for one', async () => {
    await open();
    await store.openRing('sandbox/410000/agencies/city-health', 'federation', { nowS: NOW_S });
    writeFileSync(join(dataDir, 'keys/gateway/statement-keys.json'), '[]');
    writeFileSync(join(dataDir, 'keys/federation.json'), '{}');
    expect(store.rings()).toEqual([
      { owner: 'gateway', use: 'attestation' },
      { owner: 'sandbox/410000/agencies/city-health', use: 'federation' },
    ]);
  });
});

describe('rotation', () => {
  test('the schedule does not announce ahead, uses an announced key too early, or drops a retired one too soon', async () => {
    const ring = await open();
    const [first] = ring.keys;
    const { lifetimeS, leadS } = KEY_SCHEDULE;
    expect(await ring.refresh(NOW_S + lifetimeS - leadS - 1)).toBe(false);
    expect(await ring.refresh(NOW_S + lifetimeS - leadS)).toBe(true);
    expect(states(ring)).toEqual(['active', 'announced']);
    expect(ring.signer.kid).toBe(first?.kid);
    expect(ring.publicKeys).toHaveLength(2);
    await ring.refresh(NOW_S + lifetimeS - 1);
    expect(ring.signer.kid).toBe(first?.kid);
    await ring.refresh(NOW_S + lifetimeS);
    expect(states(ring)).toEqual(['retired', 'active']);
    expect(ring.signer.kid).not.toBe(first?.kid);
    await ring.refresh(NOW_S + lifetimeS + KEY_OVERLAP_S - 1);
    expect(ring.publicKeys).toHaveLength(2);
    await ring.refresh(NOW_S + lifetimeS + KEY_OVERLAP_S);
    expect(ring.publicKeys.map(({ kid }) => kid)).toEqual([ring.signer.kid]);
  });

  test('a gateway that was off over the whole schedule starts with a key that is over', async () => {
    await open();
    const ring = await open({ nowS: NOW_S + 400 * DAY_S });
    expect(states(ring)).toEqual(['retired', 'active']);
    expect(ring.keys.at(-1)?.expiresS).toBeGreaterThan(NOW_S + 400 * DAY_S);
  });

  test('a key that nobody rotates by the clock changes after years', async () => {
    const { signer } = await open({}, 'registry');
    const ring = await open({ nowS: NOW_S + 4_000 * DAY_S }, 'registry');
    expect([ring.signer.kid, ring.keys.map(({ expiresS }) => expiresS)]).toEqual([signer.kid, [null]]);
  });

  test('a retired key verifies after its window, or stops inside it', async () => {
    const ring = await open();
    const token = await signCompact({ typ: 'example+jwt' }, { iat: NOW_S }, ring.signer);
    await rotate();
    await ring.refresh(NOW_S);
    expect(await verdict(token, ring, NOW_S + KEY_OVERLAP_S - 1)).toBe('verified');
    expect(await verdict(token, ring, NOW_S + KEY_OVERLAP_S)).toBe('key_outside_window');
  });

  test('bytes that a key outside its window signed are taken, or those of one inside are not', async () => {
    const ring = await open({}, 'snapshot');
    const body = Buffer.from('a snapshot');
    const signature = ring.signBytes(body);
    expect(ring.verifyBytes(Buffer.from('another'), signature)).toBe(false);
    await store.rotate('gateway', 'snapshot', NOW_S);
    await ring.refresh(NOW_S + KEY_OVERLAP_S - 1);
    expect(ring.verifyBytes(body, signature)).toBe(true);
    await ring.refresh(NOW_S + KEY_OVERLAP_S);
    expect(ring.verifyBytes(body, signature)).toBe(false);
  });

  test('a revoked key verifies, is published to strangers, or leaves the ring without a key', async () => {
    const ring = await open();
    const token = await signCompact({ typ: 'example+jwt' }, { iat: NOW_S - 100 }, ring.signer);
    const { kid } = ring.signer;
    await store.revoke('gateway', 'attestation', { kid, nowS: NOW_S, reason: 'compromised' });
    await ring.refresh(NOW_S);
    expect(states(ring)).toEqual(['revoked', 'active']);
    expect(ring.publicKeys.map((key) => key.kid)).toEqual([ring.signer.kid]);
    expect(await verdict(token, ring, NOW_S)).toBe('key_revoked');
    expect(() => ring.signBytes(Buffer.of(1), kid)).toThrow('no such key in use');
    expect(await fault(() => store.revoke('gateway', 'attestation', { kid: 'none', nowS: NOW_S }))).toBe('key_unknown');
  });

  test('rotations without end make a key set that nobody reads', async () => {
    await open();
    for (let count = 0; count < 11; count += 1) await rotate();
    expect(await fault(rotate)).toBe('too_many_keys');
  });
});

describe('a gate', () => {
  const { lifetimeS, leadS } = KEY_SCHEDULE;
  /** Lets the keys through that are in the set. */
  const openGated = async (nowS = NOW_S) => {
    const taken = new Set<string>();
    return { taken, ring: await open({ nowS, mayActivate: (kid) => taken.has(kid) }) };
  };

  test('the schedule goes through it, or leaves the ring without a key that is published', async () => {
    const { taken, ring } = await openGated();
    const { kid } = ring.signer;
    await ring.refresh(NOW_S + lifetimeS - leadS);
    for (const nowS of [NOW_S + lifetimeS, NOW_S + lifetimeS + 30 * DAY_S]) {
      await ring.refresh(nowS);
      expect([ring.signer.kid, states(ring)]).toEqual([kid, ['active', 'announced']]);
      expect(ring.publicKeys.map((key) => key.kid)).toContain(kid);
    }
    const announced = ring.keys.at(-1)?.kid ?? '';
    taken.add(announced);
    await ring.refresh(NOW_S + lifetimeS + 60 * DAY_S);
    expect([ring.signer.kid, states(ring)]).toEqual([announced, ['retired', 'active']]);
  });

  test('a node that was off over the whole schedule uses a key that nobody has taken', async () => {
    const { ring } = await openGated();
    const back = await openGated(NOW_S + 400 * DAY_S);
    expect([back.ring.signer.kid, states(back.ring)]).toEqual([ring.signer.kid, ['active', 'announced']]);
  });

  test('a rotation that somebody asked for goes through it, or is forgotten', async () => {
    const { taken, ring } = await openGated();
    const before = ring.signer.kid;
    const rotation = await rotate();
    expect(rotation).toMatchObject({ state: 'announced', wasAnnounced: false });
    expect(await rotate()).toEqual({ ...rotation, wasAnnounced: true });
    await ring.refresh(NOW_S + 1);
    expect([ring.signer.kid, states(ring)]).toEqual([before, ['active', 'announced']]);
    taken.add(rotation.kid);
    expect(await ring.refresh(NOW_S + 2)).toBe(true);
    expect([ring.signer.kid, states(ring)]).toEqual([rotation.kid, ['retired', 'active']]);
    expect(readFileSync(path(), 'utf8')).not.toContain('rotate_asked_s');
  });

  test('a key that was only announced is used as soon as the gate opens', async () => {
    const { taken, ring } = await openGated();
    const before = ring.signer.kid;
    taken.add(await store.announce('gateway', 'attestation', NOW_S));
    await ring.refresh(NOW_S + 1);
    expect(ring.signer.kid).toBe(before);
  });

  test('somebody without one walks round it', async () => {
    const { ring } = await openGated();
    expect(stored()).toMatchObject({ gated: true });
    const { kid } = ring.signer;
    await rotate();
    const other = await open({ nowS: NOW_S + lifetimeS + 1 });
    expect([other.signer.kid, states(other)]).toEqual([kid, ['active', 'announced']]);
  });

  test('a compromised key goes on signing behind it', async () => {
    const { ring } = await openGated();
    const { kid } = ring.signer;
    await store.revoke('gateway', 'attestation', { kid, nowS: NOW_S });
    await ring.refresh(NOW_S);
    expect(states(ring)).toEqual(['revoked', 'active']);
  });
});

describe('a running gateway', () => {
  test('does not notice a change by the command line, or stops at a file that became unusable', async () => {
    const ring = await open();
    const changes: string[] = [];
    const faults: unknown[] = [];
    const stop = watchKeyRings({
      rings: [ring],
      nowS: () => NOW_S,
      onChange: () => changes.push(ring.signer.kid),
      onError: (error) => faults.push(error),
      everyMs: 10,
    });
    try {
      await store.announce('gateway', 'attestation', NOW_S);
      await expect.poll(() => states(ring)).toEqual(['active', 'announced']);
      const { kid, wasAnnounced } = await rotate();
      expect(wasAnnounced).toBe(true);
      await expect.poll(() => changes.at(-1)).toBe(kid);
      chmodSync(path(), 0o644);
      await expect.poll(() => faults).toMatchObject([{ code: 'key_file_exposed' }]);
      expect(ring.signer.kid).toBe(kid);
    } finally {
      stop();
    }
  });
});
