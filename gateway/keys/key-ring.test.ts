import { chmodSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOW_S } from '../trust/federation.fixture.ts';
import { KEY_OVERLAP_S, KEY_SCHEDULE, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import { signCompact } from '../trust/signer.ts';
import { keysOf, verifyCompact } from '../trust/strict-jws.ts';
import { TrustError } from '../trust/trust-error.ts';
import { KeyFileError, keyFilePath } from './key-file.ts';
import { announceKey, type KeyRing, listKeys, openKeyRing, revokeKey, rotateKey } from './key-ring.ts';
import { watchKeyRings } from './key-watch.ts';

const DAY_S = 86_400;
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (nowS = NOW_S) => openKeyRing(dataDir, 'gateway', 'attestation', nowS);
const path = () => keyFilePath(dataDir, 'gateway', 'attestation');
const states = (ring: KeyRing) => ring.keys.map(({ state }) => state);

async function fileFault(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof KeyFileError) return error.code;
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
  test('can be read by others, or is used although it can', async () => {
    await open();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    chmodSync(path(), 0o640);
    expect(await fileFault(() => open())).toBe('key_file_exposed');
  });

  test('that is damaged is quoted or replaced', async () => {
    await open();
    writeFileSync(path(), '{"keys":[{"d":"SECRET"}]}', { mode: 0o600 });
    const failed = await open().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'key_file_damaged' });
    expect(String(failed)).not.toContain('SECRET');
  });

  test('two writers at once lose one change', async () => {
    await open();
    await Promise.all(Array.from({ length: 5 }, () => rotateKey(dataDir, 'gateway', 'attestation', NOW_S)));
    expect(listKeys(dataDir, 'gateway', 'attestation').map(({ state }) => state)).toEqual([
      'retired',
      'retired',
      'retired',
      'retired',
      'retired',
      'active',
    ]);
  });

  test('the lock of a process that died holds everybody up', async () => {
    await open();
    writeFileSync(`${path()}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${path()}.lock`, longAgo, longAgo);
    expect((await rotateKey(dataDir, 'gateway', 'attestation', NOW_S)).wasAnnounced).toBe(false);
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
    const ring = await open(NOW_S + 400 * DAY_S);
    expect(states(ring)).toEqual(['retired', 'active']);
    expect(ring.keys.at(-1)?.expiresS).toBeGreaterThan(NOW_S + 400 * DAY_S);
  });

  test('a retired key verifies after its window, or stops inside it', async () => {
    const ring = await open();
    const token = await signCompact({ typ: 'example+jwt' }, { iat: NOW_S }, ring.signer);
    await rotateKey(dataDir, 'gateway', 'attestation', NOW_S);
    await ring.refresh(NOW_S);
    expect(await verdict(token, ring, NOW_S + KEY_OVERLAP_S - 1)).toBe('verified');
    expect(await verdict(token, ring, NOW_S + KEY_OVERLAP_S)).toBe('key_outside_window');
  });

  test('a revoked key verifies, is published to strangers, or leaves the ring without a key', async () => {
    const ring = await open();
    const token = await signCompact({ typ: 'example+jwt' }, { iat: NOW_S - 100 }, ring.signer);
    const { kid } = ring.signer;
    await revokeKey(dataDir, 'gateway', 'attestation', { kid, nowS: NOW_S, reason: 'compromised' });
    await ring.refresh(NOW_S);
    expect(states(ring)).toEqual(['revoked', 'active']);
    expect(ring.publicKeys.map((key) => key.kid)).toEqual([ring.signer.kid]);
    expect(await verdict(token, ring, NOW_S)).toBe('key_revoked');
    expect(await fileFault(() => revokeKey(dataDir, 'gateway', 'attestation', { kid: 'none', nowS: NOW_S }))).toBe(
      'key_unknown',
    );
  });

  test('rotations without end make a key set that nobody reads', async () => {
    await open();
    const rotate = () => rotateKey(dataDir, 'gateway', 'attestation', NOW_S);
    for (let count = 0; count < 11; count += 1) await rotate();
    expect(await fileFault(rotate)).toBe('too_many_keys');
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
      await announceKey(dataDir, 'gateway', 'attestation', NOW_S);
      await expect.poll(() => states(ring)).toEqual(['active', 'announced']);
      const { kid, wasAnnounced } = await rotateKey(dataDir, 'gateway', 'attestation', NOW_S);
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
