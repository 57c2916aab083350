import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { KeyRing } from '../../keys/key-ring.ts';
import { type KeyStore, openKeyStore } from '../../keys/key-store.ts';
import { KEY_USES, type KeyUse } from '../../keys/key-use.ts';
import { watchKeyRings } from '../../keys/key-watch.ts';
import { huren } from '../huren.fixture.ts';

let dataDir: string;
let store: KeyStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-keys-cli-'));
  store = openKeyStore({ setting: null, dataDir });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const nowS = () => Math.floor(Date.now() / 1000);
const keys = (...argv: string[]) => huren(['keys', ...argv], { HUREN_DATA_DIR: dataDir });
const statesOf = (use: KeyUse) => store.list('gateway', use).map(({ state }) => state);
const kidSchema = z.object({ kid: z.string() });
const failureSchema = z.object({ code: z.string(), next: z.object({ zh: z.string(), en: z.string() }) });

/** A node that keeps a gated ring open and follows it. */
async function run(ring: KeyRing, act: () => Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  const stop = watchKeyRings({ rings: [ring], nowS, onChange: () => {}, onError: (fault) => faults.push(fault) });
  try {
    await act();
  } finally {
    stop();
  }
  expect(faults).toEqual([]);
}

describe('keys', () => {
  test('are shown in a listing with their private halves', async () => {
    const { signer } = await store.openRing('gateway', 'attestation', { nowS: nowS() });
    const ring = JSON.parse(readFileSync(join(dataDir, 'keys/gateway/attestation.json'), 'utf8'));
    const [key] = z.object({ keys: z.array(z.object({ jwk: z.object({ d: z.string() }) })) }).parse(ring).keys;
    for (const more of [[], ['--json']]) {
      const { exit, stdout } = await keys('list', ...more);
      expect([exit, stdout]).toEqual([0, expect.stringContaining(signer.kid)]);
      expect(stdout).not.toContain(key?.jwk.d);
    }
  });

  test('of some use cannot be listed, announced, rotated or revoked', async () => {
    await Promise.all(KEY_USES.map((use) => store.openRing('gateway', use, { nowS: nowS() })));
    for (const use of ['log', 'registry'] as const) {
      const [first] = store.list('gateway', use);
      expect(await keys('new', '--use', use)).toMatchObject({ exit: 0, stderr: '' });
      expect(statesOf(use)).toEqual(['active', 'announced']);
      expect(await keys('rotate', '--use', use)).toMatchObject({ exit: 0, stderr: '' });
      expect(await keys('revoke', `--use=${use}`, '--', first?.kid ?? '')).toMatchObject({ exit: 0, stderr: '' });
      expect(statesOf(use)).toEqual(['revoked', 'active']);
    }
    const listed = await keys('list', '--json');
    const rows = z.object({ keys: z.array(z.object({ use: z.string(), expires: z.string().nullable() })) });
    const uses = rows.parse(JSON.parse(listed.stdout)).keys.map(({ use }) => use);
    expect(new Set(uses)).toEqual(new Set(KEY_USES));
    expect((await keys('list')).stdout).not.toMatch(/undefined|null|NaN/);
  });

  test('a rotation says it is done while the superior has not taken the key', async () => {
    let isTaken = false;
    const ring = await store.openRing('gateway', 'federation', { nowS: nowS(), mayActivate: () => isTaken });
    const { kid } = ring.signer;
    await run(ring, async () => {
      const early = await keys('rotate', '--use', 'federation', '--wait', '1', '--json');
      const { code, next } = failureSchema.parse(JSON.parse(early.stdout));
      expect([early.exit, code]).toEqual([1, 'superior_pending']);
      expect([next.zh, next.en].join()).toContain('huren keys list');
      expect(ring.signer.kid).toBe(kid);
      isTaken = true;
      await expect.poll(() => statesOf('federation')).toEqual(['retired', 'active']);
      const ran = await keys('rotate', '--use', 'federation', '--json');
      expect([ran.exit, ran.stderr]).toEqual([0, '']);
      await expect.poll(() => ring.signer.kid).toBe(kidSchema.parse(JSON.parse(ran.stdout)).kid);
    });
    expect(statesOf('federation')).toEqual(['retired', 'retired', 'active']);
  });
});
