import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { coverageSchema } from '../../schemas/coverage.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { type SandboxGateway, startSandboxGateway } from '../test/sandbox-gateway.ts';
import { startAlteringProxy } from './altering-proxy.fixture.ts';
import { huren, type Ran } from './huren.fixture.ts';

const STACK = /^\s+at .+[:)]\d*/m;
const codesSchema = z.array(z.looseObject({ province: z.string(), scenario: z.string(), code: z.string() }));
const scanSchema = verificationReplySchema.extend({
  code: z.string().optional(),
  link: z.string().optional(),
  unsigned: z.array(z.string()),
  verified: z.boolean(),
  chain: z.array(z.looseObject({ typ: z.string(), iss: z.string(), kid: z.string(), ok: z.boolean() })),
});
type Scan = z.infer<typeof scanSchema>;

let gateway: SandboxGateway;
let env: Record<string, string>;
let codes: z.infer<typeof codesSchema>;
let green: Scan;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
  codes = codesSchema.parse(JSON.parse((await huren(['sandbox', 'codes', '--json'], env)).stdout));
  green = scanned(await scanJson('410000', 'green'));
});
afterAll(() => gateway.stop());

function codeOf(province: string, scenario: string): string {
  const found = codes.find((code) => code.province === province && code.scenario === scenario);
  if (found === undefined) throw new Error(`the sandbox has no ${province} ${scenario}`);
  return found.code;
}

function scanJson(province: string, scenario: string, more: readonly string[] = [], extra = {}): Promise<Ran> {
  return huren(['scan', codeOf(province, scenario), '--json', ...more], { ...env, ...extra });
}

function scanned({ stdout }: Ran): Scan {
  return scanSchema.parse(JSON.parse(stdout));
}

describe('scan', () => {
  test('the answer to a Henan green is not verified up to the anchor', () => {
    expect(green).toMatchObject({ status: 'green', decision: 'pass', verified: true });
    expect(green.chain.map(({ ok }) => ok)).not.toContain(false);
    expect(green.chain[0]?.typ).toBe('recognition-attestation+jwt');
    expect(green.chain.at(-1)?.iss).toBe(anchorFile().entity_id);
  });

  test('a venue whose tokens are bound to a key cannot scan, or without proving that it holds the key', async () => {
    const bound = scanned(await scanJson('410000', 'green', ['--venue', 'guangzhou-coach-station']));
    expect(bound).toMatchObject({ status: 'green', decision: 'pass', verified: true });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^huren_problems_total\{code="proof_nonce_required"\} 1$/m);
  });

  test('a start warns of parties that its ceremony admits a moment later', () => {
    // The gateway itself runs on what was founded before, and has nobody left to admit.
    const [before = '', ready] = gateway.founding().split('is ready at');
    expect(ready).toBeDefined();
    expect(before.split('\n').filter((line) => line.startsWith('{'))).toEqual([]);
  });

  test('the printed line does not scan', async () => {
    const line = /scan '([^']+)'/.exec(gateway.output())?.[1] ?? '';
    const ran = await huren(['scan', line], env);
    expect(ran.stdout).toMatch(/^● GREEN · pass {2}Henan → Guangdong\n/);
    expect(ran.stdout).toMatch(/chain +✓ all \d links verified/);
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
  });

  test('a person reads it in the wrong language, or is told by colour alone', async () => {
    const ran = await huren(['scan', codeOf('310000', 'red')], { ...env, LANG: 'zh_CN.UTF-8' });
    expect(ran.stdout).toMatch(/^■ 红码 · 按目的地规定限制/);
    expect(ran.stdout).toContain('信任链');
    expect(ran.stdout).not.toContain('\u001b');
    expect(ran.exit).toBe(0);
  });

  test('a non-green leaves the person at the door without a remedy', async () => {
    const ran = await huren(['scan', codeOf('410000', 'village-bank-depositor')], env);
    expect(ran.stdout).toMatch(/^\? CANNOT TELL · refer/);
    expect(ran.stdout).toMatch(/appeal +\S/);
    expect(ran.exit).toBe(0);
  });

  test('a code from standard input is not read', async () => {
    const ran = await huren(['scan', '-', '--json'], env, `${codeOf('440000', 'green')}\n`);
    expect(scanned(ran)).toMatchObject({ status: 'green', verified: true });
  });

  test('a problem passes for an answer', async () => {
    const ran = await scanJson('440000', 'expired');
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'code_expired', status: 422 });
    expect(ran.stderr).toMatch(/^huren: code_expired: .+\n {2}next: .+refresh/);
    expect(ran.exit).toBe(1);
  });

  test('another venue gets the answer of the first', async () => {
    const ran = await scanJson('410000', 'green', ['--venue', 'shanghai-railway-station']);
    expect(scanned(ran)).toMatchObject({ destination: '310000', verified: true });
    expect((await scanJson('410000', 'green', ['--venue', 'nowhere'])).exit).toBe(2);
  });

  test('an anchor is taken from the gateway when none is pinned', async () => {
    const ran = await scanJson('410000', 'green', [], { HUREN_DATA_DIR: '/nowhere/huren' });
    expect(scanned(ran).verified).toBe(false);
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'anchor_unknown', link: 'attestation' });
    expect([ran.exit, ran.stderr]).toEqual([1, expect.stringContaining(`HUREN_DATA_DIR=${gateway.dataDir}`)]);
  });

  test('chains from the gateway are not taken where the bundle is missing', async () => {
    const extra = { HUREN_DATA_DIR: '/nowhere/huren', HUREN_ANCHOR_FILE: join(gateway.dataDir, 'anchor.json') };
    expect(scanned(await scanJson('410000', 'green', [], extra)).verified).toBe(true);
  });

  test('a reply repainted on its way is believed', async () => {
    const alter = (_path: string, text: string) => text.replace('"status":"red"', '"status":"green"');
    const proxy = await startAlteringProxy(gateway.url, alter);
    const ran = await scanJson('310000', 'red', [], { HUREN_URL: proxy.url });
    await proxy.close();
    expect(JSON.parse(ran.stdout)).toMatchObject({ verified: false, code: 'reply_mismatch' });
    expect(ran.exit).toBe(1);
  });

  test("an earlier traveller's green is replayed for a red", async () => {
    const { verified: _verified, chain: _chain, unsigned: _unsigned, ...earlier } = green;
    const alter = (path: string, text: string) => (path === '/v1/verifications' ? JSON.stringify(earlier) : text);
    const proxy = await startAlteringProxy(gateway.url, alter);
    const ran = await scanJson('310000', 'red', [], { HUREN_URL: proxy.url });
    await proxy.close();
    expect(JSON.parse(ran.stdout)).toMatchObject({ verified: false, code: 'audience_mismatch' });
  });
});

describe('verify', () => {
  const audience = 'guangzhou-hospital';

  async function verify(answer: unknown, more: readonly string[] = []) {
    const input = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const ran = await huren(['verify', '-', '--json', '--audience', audience, ...more], env, input);
    expect(ran.stderr).not.toMatch(STACK);
    const checked = z.looseObject({ verified: z.boolean(), code: z.string().optional() }).parse(JSON.parse(ran.stdout));
    expect(ran.exit).toBe(checked.verified ? 0 : 1);
    if (!checked.verified) expect(ran.stderr).toMatch(new RegExp(`^huren: ${checked.code}: `));
    return checked;
  }

  test('the attestation, the pair or the whole reply is refused', async () => {
    const { attestation, evidence } = green;
    for (const answer of [attestation, { attestation }, { attestation, evidence }, green]) {
      expect(await verify(answer)).toMatchObject({ verified: true, audience_checked: audience });
    }
  });

  test('a bundle as the only file does not verify with no gateway in reach', async () => {
    const offline = { HUREN_URL: 'http://127.0.0.1:9', HUREN_DATA_DIR: '/nowhere/huren' };
    const argv = ['verify', '-', '--anchor', join(gateway.dataDir, 'trust-bundle.json')];
    const ran = await huren(argv, offline, JSON.stringify(green));
    expect(ran.stdout.match(/^✓ /gm)).toHaveLength(6);
    expect(ran.exit).toBe(0);
  });

  test("a running node's bundle does not decide certificates once no node is in reach, or accepts a stranger's", async () => {
    const offline = { HUREN_URL: 'http://127.0.0.1:9', HUREN_DATA_DIR: '/nowhere/huren' };
    const files = (['anchor', 'trust-bundle'] as const).map((name) => join(gateway.dataDir, `${name}.json`));
    const [anchor = '', bundle = ''] = files;
    const decided = async (scenario: string) => {
      const argv = ['verify', '-', '--json', '--anchor', anchor, '--bundle', bundle, '--destination', '440000'];
      const { stdout } = await huren(argv, offline, codeOf('900000', scenario));
      return z.looseObject({ code: z.string(), rules_checked: z.literal(true) }).parse(JSON.parse(stdout)).code;
    };
    // The node has the lists soon after their adapter is registered.
    await expect.poll(() => decided('green')).toBe('ok');
    for (const scenario of ['green-card', 'green-icvp']) expect(await decided(scenario)).toBe('ok');
    expect(await decided('issuer-unknown')).toBe('issuer_unknown');
    expect(await decided('card-revoked')).toBe('revoked');
    expect(await decided('link')).toBe('link_not_followed');
  });

  test('one changed byte passes', async () => {
    const [header = '', payload = '', signature = ''] = green.attestation.split('.');
    const repainted = Buffer.from(payload, 'base64url').toString().replace('"440000"', '"450000"');
    const altered = Buffer.from(repainted).toString('base64url');
    expect(await verify(`${header}.${altered}.${signature}`)).toMatchObject({ code: 'signature_invalid' });
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    expect(await verify(`${header}.${payload}.${flipped}`)).toMatchObject({ code: 'signature_invalid' });
  });

  test('an expired one passes', async () => {
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    expect(await verify(green, ['--at', String(inAnHour)])).toMatchObject({ code: 'expired', link: 'attestation' });
    const rfc3339 = new Date(inAnHour * 1000).toISOString();
    expect(await verify(green, ['--at', rfc3339])).toMatchObject({ code: 'expired' });
  });

  test('one made for another audience passes', async () => {
    expect(await verify(green, ['--audience', 'somebody-else'])).toMatchObject({ code: 'audience_mismatch' });
    const byEnvironment = { ...env, HUREN_CLIENT_ID: 'somebody-else' };
    const ran = await huren(['verify', '-'], byEnvironment, green.attestation);
    expect(ran.stderr).toMatch(/^huren: audience_mismatch: /);
  });

  test('alg none passes', async () => {
    const { header, payload } = opened(green.attestation);
    const unsigned = `${encoded({ ...header, alg: 'none' })}.${encoded(payload)}.`;
    expect(await verify(unsigned)).toMatchObject({ code: 'alg_not_allowed' });
  });

  test("a stranger's key passes", async () => {
    const { header, payload } = opened(green.attestation);
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
    const signed = (jwk: JWK['kid']) =>
      new SignJWT(payload).setProtectedHeader({ ...header, alg: 'ES256', kid: jwk ?? '' }).sign(privateKey);
    expect(await verify(await signed(kid))).toMatchObject({ code: 'key_unknown' });
    expect(await verify(await signed(String(header['kid'])))).toMatchObject({ code: 'signature_invalid' });
  });

  test('evidence of another answer passes', async () => {
    const other = scanned(await scanJson('410000', 'green-after-release'));
    const { attestation } = green;
    const swapped = { attestation, evidence: other.evidence };
    expect(await verify(swapped)).toMatchObject({ code: 'evidence_mismatch', link: 'evidence' });
    expect(await verify({ attestation, evidence: [] })).toMatchObject({ code: 'evidence_mismatch' });
  });

  test('a reply that says better than its attestation passes', async () => {
    expect(await verify({ ...green, destination: '110000' })).toMatchObject({ code: 'reply_mismatch', link: 'reply' });
    expect(await verify({ ...green, reasons: [] })).toMatchObject({ code: 'reply_mismatch' });
    expect(await verify({ ...green, issuer: { province: '110000' } })).toMatchObject({ code: 'reply_mismatch' });
  });

  test('a person is not told which link failed', async () => {
    const ran = await huren(['verify', '-', '--audience', 'x'], env, green.attestation);
    expect(ran.stdout).toMatch(/^✗ recognition-attestation\+jwt {2}attestation {2}audience_mismatch: /m);
    expect(ran.stderr).toMatch(/^huren: audience_mismatch: attestation: /);
  });
});

describe('coverage', () => {
  test('the matrix misses what was just scanned', async () => {
    const { stdout } = await huren(['coverage', '--json'], env);
    expect(JSON.parse(stdout)).toMatchObject({ window: '24h', cells: expect.arrayContaining([]) });
    const told = (await huren(['coverage', '--series'], env)).stdout;
    expect(told).toMatch(/Destination → .*Guangdong/);
    expect(told).toMatch(/^Henan +\d+\.\d% \/ \d+/m);
    expect(told).toMatch(/a rule is stricter than the national baseline .*sandbox-460000/);
    // Who starts a sandbox has its mandates for a month.
    expect(told).not.toMatch(/a mandate lapses/);
    expect(told).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00Z +\d+\.\d% +\d+$/m);
  });

  test('a table that is taken away is another one, half of one, or mixed with words for people', async () => {
    const { cells } = coverageSchema.parse(JSON.parse((await huren(['coverage', '--json'], env)).stdout));
    const linesOf = async (...options: string[]) => {
      const { exit, stdout, stderr } = await huren(['coverage', ...options], env);
      expect([exit, stderr]).toEqual([0, '']);
      return stdout.trimEnd().split('\n');
    };
    const objects = (await linesOf('--jsonl')).map((line) => JSON.parse(line));
    const [names = '', ...rows] = await linesOf('--csv');
    expect(names.split(',').slice(0, 3)).toEqual(['issuer', 'destination', 'presented']);
    const table = cells.map(({ issuer, destination, presented }) => [issuer, destination, presented]);
    expect(objects.map(({ issuer, destination, presented }) => [issuer, destination, presented])).toEqual(table);
    expect(rows.map((row) => row.split(',').slice(0, 3).join())).toEqual(table.map((row) => row.join()));
    const [hours = '', ...each] = await linesOf('--csv', '--series');
    expect([hours.split(',')[0], each.length > 0]).toEqual(['at', true]);
    expect((await huren(['coverage', '--csv', '--jsonl'], env)).exit).toBe(2);
  });
});

function anchorFile(): { entity_id: string } {
  const text = readFileSync(join(gateway.dataDir, 'anchor.json'), 'utf8');
  return z.object({ entity_id: z.string() }).parse(JSON.parse(text));
}

function opened(token: string) {
  const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const objectSchema = z.record(z.string(), z.unknown());
  return {
    header: objectSchema.parse(JSON.parse(header ?? '')),
    payload: objectSchema.parse(JSON.parse(payload ?? '')),
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
