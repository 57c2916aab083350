import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openKeyStore, ringFilePath } from '../keys/key-store.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { type Platform, startPlatform } from './platform.ts';

const TOKEN_KEYS = await generateKeyPair('ES256', { extractable: true });

let platform: Platform;
let server: Server;
let issuer: string;

beforeAll(async () => {
  server = createServer((_request, response) => {
    void exportJWK(TOKEN_KEYS.publicKey).then((jwk) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'tokens', alg: 'ES256', use: 'sig' }] }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  platform = await startPlatform({ authorizationServer: { issuer, jwksUri: `${issuer}/jwks` } });
});
afterAll(async () => {
  await platform.stop();
  server.close();
});

async function reasons(): Promise<readonly string[]> {
  const reply = await fetch(`${platform.url}/readyz`);
  return z.object({ reasons: z.array(z.string()) }).parse(await reply.json()).reasons;
}

async function chainVerified(): Promise<string | undefined> {
  const text = await (await fetch(`${platform.url}/metrics`)).text();
  return /^huren_chain_verified\{[^}]*\} (\S+)$/m.exec(text)?.[1];
}

describe('the chain of a node’s own gateway', () => {
  test('counts as verified before anybody has admitted the gateway, or goes on being told after that', async () => {
    await expect.poll(reasons).toContain('not_admitted');
    await expect.poll(chainVerified).toBe('0');
    await platform.admit();
    await expect.poll(reasons, { timeout: 10_000 }).not.toContain('not_admitted');
    expect(await reasons()).not.toContain('chain_unverified');
    expect(await chainVerified()).toBe('1');
  });

  test('counts as verified under the keys of another anchor, or never again under the right ones', async () => {
    const own = z
      .looseObject({ jwks: z.unknown() })
      .parse(JSON.parse(readFileSync(join(platform.dataDir, 'anchor.json'), 'utf8')));
    const other = join(platform.dataDir, 'other-anchor.json');
    writeFileSync(other, JSON.stringify({ ...own, jwks: { keys: [(await makeKey('somebody-else')).jwk] } }));
    await platform.restart(other);
    await expect.poll(reasons).toContain('chain_unverified');
    await expect.poll(chainVerified).toBe('0');
    await platform.restart();
    await expect.poll(reasons, { timeout: 10_000 }).not.toContain('chain_unverified');
    expect(await chainVerified()).toBe('1');
  });
});

describe('a venue', () => {
  /** As the venues' authorization server would: an RFC 9068 token for one that stands in a region. */
  async function post(path: string, region: string, body: object): Promise<[number, string]> {
    const token = await new SignJWT({ client_id: 'a-venue', scope: 'verify', venue_kind: 'hospital', region })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'tokens' })
      .setIssuer(issuer)
      .setSubject('a-venue')
      .setAudience(platform.url)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(TOKEN_KEYS.privateKey);
    const reply = await fetch(`${platform.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = z
      .object({ code: z.string().optional(), results: z.array(z.unknown()).optional() })
      .parse(await reply.json());
    return [reply.status, answer.code ?? JSON.stringify(answer.results)];
  }

  const asked = { code: 'YKM1anything', purpose: 'medical_visit' };

  test('of a province that this node has no gateway for is answered, or its code is looked at', async () => {
    expect(await post('/v1/verifications', '310115', asked)).toEqual([403, 'venue_foreign']);
    expect(await post('/v1/passes', '310115', asked)).toEqual([403, 'venue_foreign']);
    const [, results] = await post('/v1/verifications/batch', '310115', { items: [asked, asked] });
    expect(results).toContain('venue_foreign');
    expect(results).not.toContain('attestation');
    const metrics = await (await fetch(`${platform.url}/metrics`)).text();
    expect(metrics).not.toMatch(/^huren_upstream_seconds_count\{/m);
  });

  test('of the gateway’s own province is taken for a foreign one', async () => {
    // Nobody has given it a mandate: the next step refuses it.
    expect(await post('/v1/verifications', '410100', asked)).toEqual([403, 'check_not_permitted']);
  });
});

describe('a registry key', () => {
  test('stays unknown to the log because another ring of the node is damaged', async () => {
    const setting = { setting: null, dataDir: platform.dataDir };
    const keys = openKeyStore(setting);
    const nowS = Math.floor(Date.now() / 1000);
    const path = ringFilePath(setting, 'anchor', 'registry');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, 'damaged', { mode: 0o600 });
    const { kid } = await keys.rotate('henan', 'registry', nowS);
    const active = () => keys.list('henan', 'registry').find(({ state }) => state === 'active')?.kid;
    await expect.poll(active, { timeout: 10_000 }).toBe(kid);
    writeFileSync(path, whole, { mode: 0o600 });
    keys.close();
  });
});
