import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import { openKeyStore, ringFilePath } from '../keys/key-store.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  await platform.admit();
});
afterAll(() => platform.stop());

async function reasons({ url } = platform): Promise<readonly string[]> {
  const reply = await fetch(`${url}/readyz`);
  return z.object({ reasons: z.array(z.string()) }).parse(await reply.json()).reasons;
}

async function chainVerified({ url } = platform): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return /^huren_chain_verified\{[^}]*\} (\S+)$/m.exec(text)?.[1];
}

describe('a node outside the sandbox', () => {
  test.each([
    ['GET', '/sandbox/codes'],
    ['GET', '/sandbox/venues'],
    ['GET', '/sandbox/requests'],
    ['POST', '/sandbox/records'],
    ['PUT', '/sandbox/faults'],
    ['POST', '/sandbox/keys/rotate'],
    ['GET', '/registry/login'],
    ['GET', '/registry/callback?code=a&state=b'],
  ])('has something at %s %s', async (method, path) => {
    const reply = await fetch(`${platform.url}${path}`, { method, redirect: 'manual' });
    expect([reply.status, problemSchema.parse(await reply.json()).code]).toEqual([404, 'not_found']);
  });

  test('tells that somebody can log in, or is', async () => {
    const session = await (await fetch(`${platform.url}/registry/session`)).json();
    expect(session).toEqual({ login: false, operator: null });
  });
});

describe('the chain of a node’s own gateway', () => {
  test('counts as verified before anybody has admitted the gateway, or goes on being told after that', async () => {
    const young = await startPlatform();
    onTestFinished(() => young.stop());
    await expect.poll(() => reasons(young)).toContain('not_admitted');
    await expect.poll(() => chainVerified(young)).toBe('0');
    await young.admit();
    await expect.poll(() => reasons(young)).not.toContain('not_admitted');
    expect(await reasons(young)).not.toContain('chain_unverified');
    expect(await chainVerified(young)).toBe('1');
  });

  test('counts as verified under the keys of another anchor, or never again under the right ones', async () => {
    const own = z
      .looseObject({ jwks: z.unknown() })
      .parse(JSON.parse(readFileSync(join(platform.dataDir, 'anchor.json'), 'utf8')));
    const other = join(platform.dataDir, 'other-anchor.json');
    writeFileSync(other, JSON.stringify({ ...own, jwks: { keys: [(await makeKey('somebody-else')).jwk] } }));
    await platform.restart(other);
    await expect.poll(() => reasons()).toContain('chain_unverified');
    await expect.poll(() => chainVerified()).toBe('0');
    await platform.restart();
    await expect.poll(() => reasons()).not.toContain('chain_unverified');
    expect(await chainVerified()).toBe('1');
  });
});

describe('a registry key', () => {
  test('stays unknown to the log because another ring of the node is damaged', async () => {
    const setting = { setting: null, dataDir: platform.dataDir };
    const keys = openKeyStore(setting);
    const nowS = Math.floor(Date.now() / 1000);
    const path = ringFilePath(setting, 'anchor', 'registry');
    const whole = readFileSync(path, 'utf8');
    onTestFinished(() => {
      writeFileSync(path, whole, { mode: 0o600 });
      keys.close();
    });
    writeFileSync(path, 'damaged', { mode: 0o600 });
    const { kid } = await keys.rotate('henan', 'registry', nowS);
    const active = () => keys.list('henan', 'registry').find(({ state }) => state === 'active')?.kid;
    await expect.poll(active).toBe(kid);
  });
});
