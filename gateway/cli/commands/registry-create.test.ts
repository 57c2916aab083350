import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../compose/config.ts';
import { type RunningNode, startNode } from '../../compose/node.ts';
import { createActorFile, openKeyStore } from '../../keys/key-store.ts';
import { openLogSigner } from '../../keys/log-signer.ts';
import { trustBundleSchema } from '../../trust/trust-bundle.ts';
import { huren, type Ran } from '../huren.fixture.ts';

const ANCHOR = 'https://anchor.example';
const ORIGIN = 'registry.example/log';
const printedSchema = z.object({ entity_id: z.string(), jwks: z.object({ keys: z.array(z.looseObject({})) }) });
let folder: string;
let dataDir: string;
let logKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huren-create-'));
  dataDir = join(folder, 'data');
  const keys = openKeyStore({ setting: null, dataDir });
  ({ verifierKey: logKey } = await openLogSigner(keys, 'registry', ORIGIN));
  await createActorFile(at('anchor-key.json'), ANCHOR);
  await createActorFile(at('federation-key.json'), ANCHOR);
  writeFileSync(at('federation.json'), (await huren(['registry', 'public-key', at('federation-key.json')])).stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function at(name: string): string {
  return join(folder, name);
}

function create(name: string, changed: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<Ran> {
  const options = {
    entity: ANCHOR,
    'name-zh': '国家平台',
    'name-en': 'National platform',
    origin: ORIGIN,
    'log-key': logKey,
    key: at('anchor-key.json'),
    'federation-jwks': at('federation.json'),
    out: at(`${name}.jws`),
    'anchor-file': at(`${name}.json`),
    ...changed,
  };
  const argv = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  return huren(['registry', 'create', ...argv, ...more]);
}

describe('registry init', () => {
  test('makes other keys when it is done again, or ones that the registry would not use', async () => {
    const env = { HUREN_DATA_DIR: at('made') };
    const argv = [
      'registry',
      'init',
      '--origin',
      ORIGIN,
      '--registrar',
      'https://registry.example/registrar',
      '--json',
    ];
    const [first, second] = [await huren(argv, env), await huren(argv, env)];
    expect([first.exit, first.stderr, second.stdout]).toEqual([0, '', first.stdout]);
    const { log_keys, registrar } = z
      .object({ log_keys: z.array(z.string()), registrar: printedSchema })
      .parse(JSON.parse(first.stdout));
    const keys = openKeyStore({ setting: null, dataDir: at('made') });
    const signer = await openLogSigner(keys, 'registry', 'elsewhere.example/log');
    const actor = await keys.openActor('registry', 'https://elsewhere.example/registrar');
    expect([signer.origin, signer.verifierKeys]).toEqual([ORIGIN, log_keys]);
    expect([actor.entityId, [actor.publicJwk]]).toEqual([registrar.entity_id, registrar.jwks.keys]);
  });
});

describe('registry public-key', () => {
  test.each([
    'anchor-key.json',
    'federation-key.json',
    'data/keys/registry/log.json',
  ])('prints a private key of %s', async (name) => {
    const secrets = [...readFileSync(at(name), 'utf8').matchAll(/"d": "([^"]+)"/g)].map(([, secret]) => secret);
    expect(secrets.length).toBeGreaterThan(0);
    for (const more of [[], ['--json']]) {
      const { exit, stdout } = await huren(['registry', 'public-key', at(name), ...more]);
      expect(exit).toBe(0);
      for (const secret of secrets) expect(stdout).not.toContain(secret);
    }
  });

  test('prints a log key in a form that nobody takes', async () => {
    const named = ['--owner', 'registry', '--use', 'log'];
    const env = { HUREN_DATA_DIR: dataDir };
    expect((await huren(['registry', 'public-key', ...named], env)).stdout).toBe(`${logKey}\n`);
    const asJson = await huren(['registry', 'public-key', ...named, '--json'], env);
    expect(JSON.parse(asJson.stdout)).toEqual({ origin: ORIGIN, log_keys: [logKey] });
  });

  test('shows keys that are revoked, or misses one that is announced', async () => {
    const env = { HUREN_DATA_DIR: dataDir };
    const ring = ['--owner', 'gateway', '--use', 'federation'];
    for (const act of ['new', 'rotate', 'new']) await huren(['keys', act, ...ring], env);
    const listed = await huren(['keys', 'list', '--json'], env);
    const listSchema = z.object({ keys: z.array(z.object({ kid: z.string(), state: z.string(), owner: z.string() })) });
    const { keys } = listSchema.parse(JSON.parse(listed.stdout));
    const usable = keys
      .filter(({ owner }) => owner === 'gateway')
      .filter(({ state }) => state === 'active' || state === 'announced')
      .map(({ kid }) => kid);
    const { stdout } = await huren(['registry', 'public-key', ...ring], env);
    const shown = z.object({ jwks: z.object({ keys: z.array(z.object({ kid: z.string() })) }) });
    expect(shown.parse(JSON.parse(stdout)).jwks.keys.map(({ kid }) => kid)).toEqual(usable);
    expect(usable).toHaveLength(2);
    expect(keys.length).toBeGreaterThan(2);
  });

  test('quotes a file that is no key file', async () => {
    writeFileSync(at('damaged.json'), '{"entity_id":"https://a.example","jwk":{"d":"very-private"');
    const ran = await huren(['registry', 'public-key', at('damaged.json')]);
    expect(ran).toMatchObject({ exit: 1, stderr: expect.stringContaining('key_file_damaged') });
    expect(ran.stderr + ran.stdout).not.toContain('very-private');
    expect((await huren(['registry', 'public-key'])).exit).toBe(2);
    expect((await huren(['registry', 'public-key', at('anchor-key.json'), '--use', 'registry'])).exit).toBe(2);
  });
});

describe('registry create', () => {
  let gateway: RunningNode | null = null;
  afterAll(() => gateway?.close());

  test('makes an entry 0 that a registry refuses, or an anchor file that does not fit it', async () => {
    const created = await create('first', {}, '--json');
    expect([created.exit, created.stderr]).toEqual([0, '']);
    const anchor = trustBundleSchema.parse(JSON.parse(readFileSync(at('first.json'), 'utf8')));
    const federation = printedSchema.parse(JSON.parse(readFileSync(at('federation.json'), 'utf8')));
    expect(anchor.jwks.keys).toEqual(federation.jwks.keys);
    expect(anchor.registry?.log_keys).toEqual([logKey]);
    expect(anchor.registry?.jwks.keys).not.toEqual(anchor.jwks.keys);
    const env = { HUREN_PORT: '0', HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'error' };
    const config = readConfig({ ...env, HUREN_ANCHOR_FILE: at('first.json') });
    gateway = await startNode(config);
    const pinned = { HUREN_URL: gateway.url, HUREN_ANCHOR_FILE: at('first.json') };
    const sent = await huren(['event', 'send', at('first.jws'), '--json'], pinned);
    expect(JSON.parse(sent.stdout)).toMatchObject({ kind: 'registry_created', index: 0, verified: true });
  });

  test('prints hashes that are not those of the files, or others the next time', async () => {
    const created = await create('second', {}, '--lang', 'en');
    const hashes = [...created.stdout.matchAll(/^ {4}((?:[0-9a-f]{4} ?){16})$/gm)].map(([, groups]) => groups);
    const digest = async (name: string) => {
      const bytes = await crypto.subtle.digest('SHA-256', readFileSync(at(name)));
      return Buffer.from(bytes)
        .toString('hex')
        .replace(/(.{4})(?=.)/g, '$1 ');
    };
    expect(hashes).toEqual([await digest('second.jws'), await digest('second.json')]);
    const again = await huren(['registry', 'anchor-hash', at('second.json'), '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ anchor_sha256: hashes[1], entity_id: ANCHOR, log_keys: [logKey] });
  });

  test('writes over a file that is there, or leaves one half behind', async () => {
    writeFileSync(at('third.json'), 'kept');
    expect(await create('third')).toMatchObject({ exit: 2, stderr: expect.stringContaining('third.json') });
    expect(readFileSync(at('third.json'), 'utf8')).toBe('kept');
    expect(() => readFileSync(at('third.jws'))).toThrow();
  });

  test.each([
    ['the key of another entity', { entity: 'https://other.example' }, 'usage_invalid'],
    ['a log key of another name', { origin: 'other.example/log' }, 'usage_invalid'],
    ['a log key that is none', { 'log-key': 'key' }, 'usage_invalid'],
    ['an entity that is none', { entity: 'anchor' }, 'usage_invalid'],
  ])('takes %s', async (_what, changed, code) => {
    expect(await create('never', changed)).toMatchObject({ exit: 2, stderr: expect.stringContaining(code) });
  });

  test('pins a private key, or quotes it', async () => {
    const secret = z.object({ keys: z.array(z.object({ jwk: z.looseObject({ d: z.string() }) })).min(1) });
    const { keys } = secret.parse(JSON.parse(readFileSync(at('federation-key.json'), 'utf8')));
    const jwk = keys[0]?.jwk ?? { d: 'none' };
    writeFileSync(at('private.json'), JSON.stringify({ keys: [jwk] }));
    const ran = await create('never', { 'federation-jwks': at('private.json') });
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('file_unreadable') });
    expect(ran.stderr).not.toContain(jwk.d);
  });
});

describe('registry anchor-hash', () => {
  test('is that of a file which pins nothing', async () => {
    writeFileSync(at('no-anchor.json'), '{"entity_id":"https://a.example"}');
    const ran = await huren(['registry', 'anchor-hash', at('no-anchor.json')]);
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringMatching(/file_unreadable: .*\/jwks is missing/) });
  });
});
