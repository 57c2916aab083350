import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { readinessSchema } from '../../schemas/readiness.ts';
import { KeyError } from '../keys/key-error.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import { makeTestToken } from '../test/softhsm.ts';
import { readConfig } from './config.ts';
import { startNode } from './node.ts';
import { watchToken } from './token-watch.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 50 };
const token = makeTestToken();
const dataDir = mkdtempSync(join(tmpdir(), 'huren-token-watch-'));
afterAll(() => {
  token.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a token that is pulled out leaves its node ready', { retry: 0 }, async () => {
  const config = readConfig({
    HUREN_PORT: '0',
    HUREN_DATA_DIR: dataDir,
    HUREN_KEYS: token.setting,
    HUREN_ROLES: 'registry',
    HUREN_LOG_LEVEL: 'silent',
  });
  const node = await startNode(config);
  onTestFinished(() => node.close());
  const isTold = async () => {
    const reply = await fetch(`${node.url}/readyz`);
    return readinessSchema.parse(await reply.json()).reasons.includes('token_unavailable');
  };
  expect(await isTold()).toBe(false);
  // SoftHSM takes what is in this folder for the token.
  renameSync(join(token.folder, 'tokens'), join(token.folder, 'pulled-out'));
  await vi.waitFor(async () => expect(await isTold()).toBe(true), WITHIN);
});

test('a token that is back is not used, or is told again and again', async () => {
  const keys = { isThere: true, probes: 0 };
  const lines: string[] = [];
  const probe = async () => {
    keys.probes += 1;
    if (!keys.isThere) throw new KeyError('token_unavailable', 'the token was pulled out');
  };
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  const watch = watchToken({ probe }, log, 1);
  onTestFinished(watch.stop);
  const looked = () => {
    const { probes } = keys;
    return vi.waitFor(() => expect(keys.probes).toBeGreaterThan(probes + 2), WITHIN);
  };
  await looked();
  keys.isThere = false;
  await looked();
  expect(watch.isAway()).toBe(true);
  keys.isThere = true;
  await looked();
  expect(watch.isAway()).toBe(false);
  expect(lines.map((line) => /token is used again|token cannot be used/.exec(line)?.[0])).toEqual([
    'token cannot be used',
    'token is used again',
  ]);
});
