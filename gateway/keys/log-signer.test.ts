import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { parseNote, parseVerifierKey } from '../log/note.ts';
import { NOW_S } from '../trust/federation.fixture.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { type LogSigner, openLogSigner } from './log-signer.ts';

const ORIGIN = 'registry.example/log';
const HEAD = { size: 7, root: new Uint8Array(32).fill(1) };
let dataDir: string;
let store: KeyStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-log-keys-'));
  store = openKeyStore({ setting: null, dataDir });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (mayActivate?: (kid: string) => boolean) =>
  openLogSigner(store, 'registry', ORIGIN, { nowS: NOW_S, ...(mayActivate === undefined ? {} : { mayActivate }) });

/** Whether somebody who knows these verifier keys alone believes a checkpoint. */
function verdict(note: string, verifierKeys: readonly string[]): string {
  try {
    verifyCheckpoint(note, { origin: ORIGIN, logKeys: verifierKeys.map(parseVerifierKey), witnesses: [] });
    return 'believed';
  } catch (error) {
    if (error instanceof LogError) return error.code;
    throw error;
  }
}

const linesOf = (note: string) => parseNote(note).signatures.length;

describe('the keys of a log', () => {
  test('change their name when the node moves', async () => {
    const { verifierKey } = await open();
    const moved = await openLogSigner(store, 'registry', 'elsewhere.example/log');
    expect([moved.origin, moved.verifierKey]).toEqual([ORIGIN, verifierKey]);
  });

  test('followers who know only the old key, or only the new one, lose the log in between', async () => {
    const log = await open();
    const old = log.verifierKey;
    const kid = await store.announce('registry', 'log', NOW_S);
    await log.ring.refresh(NOW_S);
    const next = log.verifierKeyOf(kid) ?? '';
    expect([log.verifierKey, log.verifierKeys]).toEqual([old, [old, next]]);
    const both = log.sign(HEAD, [old, next]);
    expect([linesOf(both), verdict(both, [old]), verdict(both, [next])]).toEqual([2, 'believed', 'believed']);
    await store.rotate('registry', 'log', NOW_S);
    await log.ring.refresh(NOW_S);
    expect(log.verifierKey).toBe(next);
    expect(verdict(log.sign(HEAD, [old, next]), [old])).toBe('believed');
    expect(verdict(log.sign(HEAD), [old])).toBe('note_untrusted');
  });

  test('a checkpoint bears a key that the log does not list, or none at all', async () => {
    const log = await open();
    const old = log.verifierKey;
    await store.announce('registry', 'log', NOW_S);
    await log.ring.refresh(NOW_S);
    expect(linesOf(log.sign(HEAD))).toBe(1);
    expect(linesOf(log.sign(HEAD, [old, 'stranger.example/log+00000000+AAAA']))).toBe(1);
    expect(() => log.sign(HEAD, ['stranger.example/log+00000000+AAAA'])).toThrow(
      expect.objectContaining({ code: 'key_unknown' }),
    );
  });

  test('a revoked key goes on signing', async () => {
    const log = await open();
    const old = log.verifierKey;
    await store.revoke('registry', 'log', { kid: log.ring.signer.kid, nowS: NOW_S });
    await log.ring.refresh(NOW_S);
    expect(log.verifierKeys).not.toContain(old);
    expect(() => log.sign(HEAD, [old])).toThrow(expect.objectContaining({ code: 'key_unknown' }));
  });

  test('a key is used before the log lists it', async () => {
    const listed = new Set<string>();
    const holder: { log?: LogSigner } = {};
    const log = await open((kid) => listed.has(holder.log?.verifierKeyOf(kid) ?? ''));
    holder.log = log;
    const old = log.verifierKey;
    const { kid } = await store.rotate('registry', 'log', NOW_S);
    await log.ring.refresh(NOW_S);
    expect(log.verifierKey).toBe(old);
    listed.add(log.verifierKeyOf(kid) ?? '');
    await log.ring.refresh(NOW_S);
    expect(log.verifierKey).toBe(log.verifierKeyOf(kid));
  });
});
